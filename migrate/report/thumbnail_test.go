package report_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// picture is an image in some format.
func picture(t *testing.T, width, height int, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, encode(&b, image.NewGray(image.Rect(0, 0, width, height))))
	return b.Bytes()
}

// bomb is a PNG that says it has a thousand million pixels.
func bomb(t *testing.T) []byte {
	t.Helper()
	data := picture(t, 1, 1, png.Encode)
	head := data[12:29] // IHDR: type, width, height, …
	binary.BigEndian.PutUint32(head[4:], 100_000)
	binary.BigEndian.PutUint32(head[8:], 10_000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(head))
	return data
}

// Small pictures are shown; nothing else is, and nothing that is broken harms.
func TestThumbnails(t *testing.T) {
	asJPEG := func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }
	asGIF := func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) }
	for _, tt := range []struct {
		name, kind string
		data       []byte
		size       int64
		open       error
		shown      bool
	}{
		{"a PNG", "image/png", picture(t, 300, 200, png.Encode), 0, nil, true},
		{"a JPEG with parameters", "Image/JPEG; q=1", picture(t, 10, 2000, asJPEG), 0, nil, true},
		{"a GIF of one pixel", "image/gif", picture(t, 1, 1, asGIF), 0, nil, true},
		{"a PNG that says JPEG", "image/jpeg", picture(t, 3, 2, png.Encode), 0, nil, true},
		{"a document", "application/pdf", picture(t, 3, 2, png.Encode), 0, nil, false},
		{"an SVG", "image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), 0, nil, false},
		{"text that says PNG", "image/png", []byte("<script>"), 0, nil, false},
		{"nothing", "image/png", nil, 0, nil, false},
		{"a bomb", "image/png", bomb(t), 0, nil, false},
		{"half a picture", "image/png", picture(t, 300, 200, png.Encode)[:60], 0, nil, false},
		{"a file too large", "image/png", picture(t, 3, 2, png.Encode), 9 << 20, nil, false},
		{"a file that is gone", "image/png", nil, 0, errors.New("gone"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := sampled(t, mapping.Media{SID: "ME1", ContentType: tt.kind, Size: tt.size})
			must(t, p.AddThumbnails(context.Background(), func(context.Context, mapping.Conversation, mapping.Media) (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(tt.data)), tt.open
			}))
			page := &report.PlanPage{Plan: report.NoPlan(), Previews: p}
			html := written(t, func(w *bytes.Buffer) error { return page.WriteHTML(w) })
			if got := bytes.Contains(html, []byte("data:image/jpeg;base64,/9j/")); got != tt.shown || (p.Thumbs == 1) != tt.shown {
				t.Errorf("it is shown: %t, %d counted; want %t", got, p.Thumbs, tt.shown)
			}
		})
	}
}

// A plan that is given up does not go on drawing.
func TestThumbnailsEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := sampled(t, mapping.Media{SID: "ME1", ContentType: "image/png"}).AddThumbnails(ctx, drawing)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}

// sampled are the previews of a conversation with one message, which has a file.
func sampled(t *testing.T, f mapping.Media) *report.Previews {
	t.Helper()
	s := new(report.Sampler)
	must(t, s.Change(migrate.Change{Source: &mapping.Message{Media: []mapping.Media{f}}, Draft: &mapping.MessageDraft{}}))
	must(t, s.Conversation(migrate.PlannedConversation{Status: mapping.StatusDone}))
	return s.Finish()
}
