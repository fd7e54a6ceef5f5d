package redact_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// noise is a picture that compresses badly, as photographs do.
func noise(width, height int) image.Image {
	random := rand.New(rand.NewPCG(1, 2))
	m := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{
		color.Black, color.White, color.RGBA{R: 0xC0, A: 0xFF}, color.RGBA{G: 0xC0, A: 0xFF},
	})
	for i := range m.Pix {
		m.Pix[i] = byte(random.IntN(4))
	}
	return m
}

func encoded(t *testing.T, format string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, m)
	case "jpeg":
		err = jpeg.Encode(&b, m, nil)
	case "gif":
		err = gif.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A picture keeps format, dimensions and size, and shows one colour.
func TestPictures(t *testing.T) {
	r := newRedactor(t, nil)
	for _, format := range []string{"png", "jpeg", "gif"} {
		for _, size := range []image.Point{{X: 96, Y: 64}, {X: 1, Y: 300}, {X: 1201, Y: 799}} {
			t.Run(fmt.Sprint(format, size), func(t *testing.T) {
				content := encoded(t, format, noise(size.X, size.Y))
				content = append(content, bytes.Repeat([]byte("camera Maria "), 200)...)
				got := media(t, r, "image/"+format, content)
				m, name, err := image.Decode(bytes.NewReader(got))
				if err != nil || name != format || m.Bounds().Size() != size {
					t.Fatalf("picture is %s %v, %v; want %s %v", name, m, err, format, size)
				}
				corner := m.At(0, 0)
				if other := m.At(size.X-1, size.Y-1); other != corner {
					t.Errorf("colours are %v and %v", corner, other)
				}
				if bytes.Contains(got, []byte("Maria")) {
					t.Error("the rest of the file stays")
				}
			})
		}
	}
}

// Of a picture that is larger than the original was there is the beginning, from
// which programs read its dimensions.
func TestPictureWithoutRoom(t *testing.T) {
	r := newRedactor(t, nil)
	content := encoded(t, "gif", image.NewPaletted(image.Rect(0, 0, 300, 200), color.Palette{color.Black}))
	content = content[:40]
	got := media(t, r, "image/gif", content)
	config, _, err := image.DecodeConfig(bytes.NewReader(got))
	if err != nil || config.Width != 300 || config.Height != 200 {
		t.Errorf("picture is %+v, %v; want 300 by 200", config, err)
	}
}

func TestEqualFilesStayEqual(t *testing.T) {
	r := newRedactor(t, nil)
	for _, contentType := range []string{"application/octet-stream", "image/png", "image/heic", "application/pdf", "text/plain", "text/html", "application/json"} {
		one, other := []byte(strings.Repeat("one ", 300)), []byte(strings.Repeat("two ", 300))
		if !bytes.Equal(media(t, r, contentType, one), media(t, r, contentType, one)) {
			t.Errorf("%s: the same file becomes two", contentType)
		}
		if bytes.Equal(media(t, r, contentType, one), media(t, r, contentType, other)) {
			t.Errorf("%s: two files become the same", contentType)
		}
	}
}

// What cannot be replaced in its form becomes nothing but its size, whatever it
// says it is and however small it is.
func TestBlankFiles(t *testing.T) {
	r := newRedactor(t, nil)
	for _, contentType := range []string{"", "video/mp4", "image/png", "image/webp", "application/pdf", "IMAGE/JPEG; name=x"} {
		for _, size := range []int{0, 1, 31, 100, 5000} {
			content := bytes.Repeat([]byte("Maria"), size)
			if got := media(t, r, contentType, content); bytes.Contains(got, []byte("Maria")) {
				t.Errorf("%s of %d bytes is %q", contentType, size, got)
			}
		}
	}
}

var xref = regexp.MustCompile(`(?m)^(\d{10}) 00000 n $`)

func TestDocument(t *testing.T) {
	r := newRedactor(t, nil)
	got := media(t, r, "application/pdf", bytes.Repeat([]byte("Maria "), 500))
	if !bytes.HasPrefix(got, []byte("%PDF-1.4\n")) || !bytes.HasSuffix(got, []byte("%%EOF\n")) {
		t.Errorf("document is %q", got)
	}
	var start int
	tail := got[bytes.LastIndex(got, []byte("startxref")):]
	if _, err := fmt.Sscanf(string(tail), "startxref\n%d", &start); err != nil || !bytes.HasPrefix(got[start:], []byte("xref\n0 4\n")) {
		t.Errorf("startxref is %d, %v", start, err)
	}
	for i, m := range xref.FindAllSubmatch(got, -1) {
		var at int
		fmt.Sscanf(string(m[1]), "%d", &at)
		if want := fmt.Sprintf("%d 0 obj\n", i+1); !bytes.HasPrefix(got[at:], []byte(want)) {
			t.Errorf("object %d is said to be at %d: %.20q", i+1, at, got[at:])
		}
	}
}

func TestTextFiles(t *testing.T) {
	r := newRedactor(t, nil)
	body := "Dear Maria,\r\nyour order CO-10482 is here.\n\n> Größe 46 <maria@example.com>\n"
	if got, want := string(media(t, r, "text/plain; charset=utf-8", []byte(body))), field(t, r, "body", body); got != want {
		t.Errorf("file is %q, and the same body %q", got, want)
	}
	for _, tt := range []struct{ name, contentType, content, want string }{
		{"Western bytes", "text/plain; charset=iso-8859-1", "Gr\xfc\xdfe aus M\xfcnchen\xa0!", "^[A-Z][a-z][\xa1-\xbf]{2}[a-z] [a-z]{3} [A-Z][\xa1-\xbf][a-z]{5}\xa0!$"},
		{"UTF-16", "text/plain", "\xff\xfeM\x00a\x00r\x00i\x00a\x00", "^[\xa1-\xbf]{2}[A-Z]\x00[a-z]\x00[a-z]\x00[a-z]\x00[a-z]\x00$"},
		{"long line", "text/csv", strings.Repeat("Maria;", 180_000), "^([A-Za-z]{5};){3}"},
		{"long word", "text/plain", strings.Repeat("ü", 1<<19+9), `^\p{Ll}{20}`},
		{"mark", "application/json", "\uFEFF" + `{"title":"Maria"}`, `^\x{FEFF}\{"title":"[A-Z][a-z]{4}"\}$`},
		{"no JSON", "application/json", `{"title":"Maria"`, `^\{"[a-z]{5}":"[A-Z][a-z]{4}"$`},
	} {
		got := media(t, r, tt.contentType, []byte(tt.content))
		text := string(got)
		if !utf8.ValidString(tt.content) {
			if utf8.Valid(got) {
				t.Errorf("%s: %q has become UTF-8", tt.name, got)
			}
			text = latin(got)
			tt.want = latin([]byte(tt.want))
		}
		if !regexp.MustCompile(tt.want).MatchString(text) {
			t.Errorf("%s: %.60q, want %s", tt.name, got, tt.want)
		}
	}
}

// latin makes a character of each byte.
func latin(text []byte) string {
	var b strings.Builder
	for _, c := range text {
		b.WriteRune(rune(c))
	}
	return b.String()
}

// Rich content keeps the keys by which it is read, and says what the body says.
func TestRichContent(t *testing.T) {
	r := newRedactor(t, nil)
	content := `{"data":{"body":"How can we help?","actions":[{"title":"My order","id":"order"}],"types":{"secretName":"x"}}}`
	got := media(t, r, "application/x-vnd.com.twilio.rich.twilio.quick-reply", []byte(content))
	var payload struct {
		Data struct {
			Body    string
			Actions []struct{ Title string }
		}
	}
	if err := json.Unmarshal(got, &payload); err != nil {
		t.Fatal(err)
	}
	if want := field(t, r, "body", "How can we help?"); payload.Data.Body != want || len(payload.Data.Actions) != 1 {
		t.Errorf("payload is %s, want body %q", got, want)
	}
	if bytes.Contains(got, []byte("secret")) {
		t.Errorf("payload is %s", got)
	}
}

// A read error is an error, not the end of a file.
func TestBrokenSource(t *testing.T) {
	r := newRedactor(t, nil)
	broken := errors.New("connection reset")
	for _, contentType := range []string{"text/plain", "text/html", "application/json", "image/png", "application/pdf", "video/mp4"} {
		src := io.MultiReader(strings.NewReader("Maria"), iotest.ErrReader(broken))
		if _, err := r.Media(io.Discard, src, contentType); !errors.Is(err, broken) {
			t.Errorf("Media(%s) = %v, want %v", contentType, err, broken)
		}
	}
}

// Media of the bundled snapshot keep dimensions and what they are.
func TestBundledMedia(t *testing.T) {
	r := newRedactor(t, nil)
	pictures := 0
	for _, l := range lines(t, filepath.Join(snapshotDir("contoso"), "media.jsonl")) {
		var m mapping.Media
		if err := json.Unmarshal([]byte(l), &m); err != nil {
			t.Fatal(err)
		}
		content := read(t, filepath.Join(snapshotDir("contoso"), "media", string(m.SID)))
		got := media(t, r, m.ContentType, content)
		want, format, err := image.DecodeConfig(bytes.NewReader(content))
		if err != nil {
			continue
		}
		pictures++
		picture, name, err := image.Decode(bytes.NewReader(got))
		if err != nil || name != format || picture.Bounds().Dx() != want.Width || picture.Bounds().Dy() != want.Height {
			t.Errorf("%s is %s, %v; want %s of %d by %d", m.SID, name, err, format, want.Width, want.Height)
		}
	}
	if pictures == 0 {
		t.Error("no pictures in the snapshot")
	}
}
