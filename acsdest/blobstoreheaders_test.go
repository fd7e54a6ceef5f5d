package acsdest_test

import (
	"bytes"
	"crypto/md5"
	"mime"
	"net/http"
	"path"
	"strings"
	"testing"
)

func TestBlobStoreKeepsWhatFilesAre(t *testing.T) {
	server := azuriteFor(t)
	opts := server.options()
	opts.BlockSize = smallBlock
	store := server.store(t, opts)
	for _, tt := range []struct{ name, contentType, wantType, wantDisposition string }{
		{"photo.jpg", "image/jpeg", "image/jpeg", ""},
		{"voice.ogg", "Audio/OGG; codecs=opus", "audio/ogg; codecs=opus", ""},
		{"film.mp4", "video/mp4", "video/mp4", ""},
		{"note.txt", `text/plain; charset="utf-8"`, "text/plain; charset=utf-8", ""},
		{"report.pdf", "application/pdf", "application/pdf", ""},
		{"page.html", "text/html; charset=utf-8", "text/html; charset=utf-8", "attachment; filename=page.html"},
		{"drawing.svg", "image/svg+xml", "image/svg+xml", "attachment; filename=drawing.svg"},
		{"data.xml", "text/xml", "text/xml", "attachment; filename=data.xml"},
		{"feed", "application/rss+xml", "application/rss+xml", "attachment; filename=feed"},
		{"x.js", "text/javascript", "text/javascript", "attachment; filename=x.js"},
		{`a "b" c.zip`, "application/zip", "application/zip", `attachment; filename="a \"b\" c.zip"`},
		{"Füße.html", "text/html", "text/html", "attachment; filename*=utf-8''F%C3%BC%C3%9Fe.html"},
		{"none", "", "application/octet-stream", "attachment; filename=none"},
		{"nonsense", "a photo", "application/octet-stream", "attachment; filename=nonsense"},
		{"injected", "image/png\r\nX-Evil: 1", "application/octet-stream", "attachment; filename=injected"},
		{"broken.png", `image/png; name="a`, "image/png", ""},
		{"foreign", "image/png; name=ü", "image/png", ""},
		{"endless", "image/png; name=" + strings.Repeat("x", 300), "application/octet-stream", "attachment; filename=endless"},
	} {
		for _, size := range []int{5, 3 * smallBlock} {
			content := randomBytes(size)
			key := "CH1/ME1/" + tt.name
			if _, _, err := store.Put(t.Context(), key, tt.contentType, bytes.NewReader(content)); err != nil {
				t.Errorf("%s: %v", tt.name, err)
				continue
			}
			p, err := server.container(t, store).NewBlobClient(key).GetProperties(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := text(p.ContentType); got != tt.wantType {
				t.Errorf("%s has the type %q; want %q", tt.name, got, tt.wantType)
			}
			if got := text(p.ContentDisposition); got != tt.wantDisposition {
				t.Errorf("%s has the disposition %q; want %q", tt.name, got, tt.wantDisposition)
			}
			if want := md5.Sum(content); !bytes.Equal(p.ContentMD5, want[:]) {
				t.Errorf("%s has the MD5 %x; want %x", tt.name, p.ContentMD5, want)
			}
			if got := text(p.Metadata["Sha256"]); got != sumOf(content) {
				t.Errorf("%s has the SHA-256 %q; want %s", tt.name, got, sumOf(content))
			}
		}
	}
}

// Whatever a file was called and said to be, its headers are headers.
func FuzzBlobStoreHeaders(f *testing.F) {
	f.Add("photo.jpg", "image/jpeg")
	f.Add("Füße \"1\".html", "text/html; charset=utf-8; x=\"ü\"")
	f.Add("a%b'c*d", "image/png\r\nX-Evil: 1")
	f.Fuzz(func(t *testing.T, name, contentType string) {
		s := play(status(201, ""))
		if _, _, err := scriptedStore(t, s).Put(t.Context(), "CH1/"+name, contentType, strings.NewReader("x")); err != nil {
			return
		}
		kind := rawHeader(s.sent[0].Header, "x-ms-blob-content-type")
		disposition := rawHeader(s.sent[0].Header, "x-ms-blob-content-disposition")
		if strings.ContainsFunc(kind+disposition, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q of type %q: %q, %q", name, contentType, kind, disposition)
		}
		if _, _, err := mime.ParseMediaType(kind); err != nil {
			t.Errorf("%q became %q: %v", contentType, kind, err)
		}
		if disposition == "" {
			return
		}
		how, parameters, err := mime.ParseMediaType(disposition)
		if err != nil || how != "attachment" || parameters["filename"] != path.Base(name) {
			t.Errorf("%q became %q: %q, %v", name, disposition, parameters, err)
		}
	})
}

// rawHeader finds what azblob has set under a name that is not canonical.
func rawHeader(h http.Header, name string) string {
	for n, values := range h {
		if strings.EqualFold(n, name) {
			return strings.Join(values, ", ")
		}
	}
	return ""
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
