package report

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // the formats that chats are full of
	"image/jpeg"
	_ "image/png"
	"io"
	"strings"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// What thumbnails may take: of a report, and of memory while they are made.
const (
	maxThumbs       = 100
	maxThumbBytes   = 2 << 20 // of all, as data: URIs
	maxThumbSource  = 8 << 20 // bytes of a file
	maxThumbPixels  = 16 << 20
	thumbEdge       = 160 // pixels of the longer side
	thumbQuality    = 75
	thumbDataPrefix = "data:image/jpeg;base64,"
)

// An Opener opens a file of the source.
type Opener func(context.Context, mapping.Conversation, mapping.Media) (io.ReadCloser, error)

// AddThumbnails puts small pictures into the previews, the weightiest first, for as
// long as there is room: at most 100 of them. A file that cannot be read, or is no
// picture, gets none; only an end of ctx is an error.
func (p *Previews) AddThumbnails(ctx context.Context, open Opener) error {
	d := &draughtsman{open: open, room: maxThumbBytes}
	for _, k := range p.kept {
		for _, s := range k.preview.Sample {
			for i, f := range s.media {
				if isPicture(f) {
					s.Before.Files[i].Thumb = d.draw(ctx, k.of, f)
				}
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	p.Thumbs, p.NoThumbs = d.drawn, d.left
	return nil
}

// draughtsman draws thumbnails for as long as there is room.
type draughtsman struct {
	open        Opener
	room        int // bytes
	drawn, left int // pictures
}

// draw is the thumbnail of a file; empty when it gets none.
func (d *draughtsman) draw(ctx context.Context, of mapping.Conversation, f mapping.Media) string {
	if d.drawn < maxThumbs && d.room > 0 && f.Size <= maxThumbSource && ctx.Err() == nil {
		if thumb, err := thumbnail(ctx, d.open, of, f); err == nil {
			d.drawn++
			d.room -= len(thumb)
			return thumb
		}
	}
	d.left++
	return ""
}

// isPicture reports whether f says that it is one we can read.
func isPicture(f mapping.Media) bool {
	kind, _, _ := strings.Cut(strings.ToLower(f.ContentType), ";")
	switch strings.TrimSpace(kind) {
	case "image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp":
		return true
	}
	return false
}

// thumbnail is a file as a small JPEG, in a data: URI. Nothing of the file itself
// goes into it but how it looks.
func thumbnail(ctx context.Context, open Opener, of mapping.Conversation, f mapping.Media) (string, error) {
	r, err := open(ctx, of, f)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(io.LimitReader(r, maxThumbSource+1))
	if err := errors.Join(err, r.Close()); err != nil {
		return "", fmt.Errorf("read %s: %w", f.SID, err)
	}
	small, err := shrink(data)
	if err != nil {
		return "", fmt.Errorf("draw %s: %w", f.SID, err)
	}
	return thumbDataPrefix + base64.StdEncoding.EncodeToString(small), nil
}

// shrink draws a picture small, as JPEG on white.
func shrink(data []byte) ([]byte, error) {
	if len(data) > maxThumbSource {
		return nil, errors.New("too large a file")
	}
	head, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if head.Width < 1 || head.Height < 1 || head.Width > maxThumbPixels/head.Height {
		return nil, errors.New("too many pixels")
	}
	full, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	longer := max(head.Width, head.Height, thumbEdge)
	small := image.NewRGBA(image.Rect(0, 0, max(1, head.Width*thumbEdge/longer), max(1, head.Height*thumbEdge/longer)))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(small, small.Bounds(), full, full.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	err = jpeg.Encode(&out, small, &jpeg.Options{Quality: thumbQuality})
	return out.Bytes(), err
}
