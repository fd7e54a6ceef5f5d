package mapping_test

import (
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestMediaKey(t *testing.T) {
	const prefix = "CH00000000000000000000000000000001/ME00000000000000000000000000000001/"
	for _, tt := range []struct{ name, filename, contentType, want string }{
		{"plain", "report.pdf", "application/pdf", "report.pdf"},
		{"Unix path", "../../etc/passwd", "", "passwd"},
		{"Windows path", `C:\Users\x\photo.png`, "", "photo.png"},
		{"mixed path", `a/b\c.png`, "", "c.png"},
		{"only dots", "..", "image/png", "ME00000000000000000000000000000001.png"},
		{"only slashes", "//", "", "ME00000000000000000000000000000001.bin"},
		{"none", "", "text/plain; charset=utf-8", "ME00000000000000000000000000000001.txt"},
		{"none, unknown type", "", "application/octet-stream", "ME00000000000000000000000000000001.bin"},
		{"rich content", "", "application/x-vnd.com.twilio.rich.card", "ME00000000000000000000000000000001.json"},
		{"extension from the type", "photo", "IMAGE/JPEG", "photo.jpg"},
		{"extension of its own", "photo.jpeg", "image/jpeg", "photo.jpeg"},
		{"no extension and unknown type", "LICENSE", "", "LICENSE"},
		{"a dot that begins no extension", "v2.0 final", "application/pdf", "v2.0 final.pdf"},
		{"hidden", ".profile", "", "profile"},
		{"trailing dots and spaces", "a.txt. .", "", "a.txt"},
		{"spaces before the extension", "a .txt", "", "a.txt"},
		{"dots in a row", "wait...what..pdf", "", "wait.what.pdf"},
		{"reserved characters", `a<b>c:d"e|f?g*h.txt`, "", "a_b_c_d_e_f_g_h.txt"},
		{"bidirectional override", "photo\u202Egnp.exe", "", "photognp.exe"},
		{"dots kept apart by nothing visible", "a.\u200B.b", "", "a.b"},
		{"control characters", "a\x00b\nc.txt", "", "a\uFFFDbc.txt"},
		{"device", "con", "text/plain", "_con.txt"},
		{"device with an extension", "NUL.tar.gz", "", "_NUL.tar.gz"},
		{"device with a port", "com¹.txt", "", "_com¹.txt"},
		{"no device", "console.txt", "", "console.txt"},
		{"invalid UTF-8", "a\xff.txt", "", "a\uFFFD.txt"},
		{"long", strings.Repeat("n", 300) + ".pdf", "", strings.Repeat("n", 96) + ".pdf"},
		{"long, in graphemes", strings.Repeat("👩‍👩‍👧", 20) + ".pdf", "", strings.Repeat("👩👩👧", 8) + ".pdf"},
		{"long extension", "a." + strings.Repeat("x", 20), "image/png", "a." + strings.Repeat("x", 20) + ".png"},
		{"Unicode", "日本語 レポート.pdf", "", "日本語 レポート.pdf"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := mapping.Media{SID: png1, Filename: tt.filename, ContentType: tt.contentType}
			if got := stored.MediaKey(conversationSID, m); got != prefix+tt.want {
				t.Errorf("MediaKey = %q; want %q", got, prefix+tt.want)
			}
		})
	}
}

func TestKeysOfForeignSIDs(t *testing.T) {
	seen := make(map[string]string)
	for _, sid := range []string{"", ".", "..", "../x", "a/b", `a\b`, "a b", "Ω", "NUL", "com1", "sidecar", "SideCar", "\xff", "\xfe", strings.Repeat("a", 65)} {
		key := stored.MediaKey(conversationSID, mapping.Media{SID: mapping.MediaSID(sid), Filename: "f"})
		elements := strings.Split(key, "/")
		if len(elements) != 3 || !strings.HasPrefix(elements[1], "x-") || len(elements[1]) != 34 {
			t.Errorf("MediaKey of SID %q = %q; want a digest in its place", sid, key)
		}
		if other, ok := seen[key]; ok {
			t.Errorf("MediaKey of %q and %q = %q; want them apart", sid, other, key)
		}
		seen[key] = sid
	}
	if got, want := stored.SidecarKey("../x"), "/sidecar/conversation.json"; !strings.HasSuffix(got, want) || strings.Contains(got, "..") {
		t.Errorf("SidecarKey = %q; want a digest before %q", got, want)
	}
	if got, want := stored.MediaKey("CH1", mapping.Media{SID: "ME1", Filename: "f"}), "CH1/ME1/f"; got != want {
		t.Errorf("MediaKey = %q; want %q", got, want)
	}
}
