package redact

import (
	"errors"
	"image"
	"image/color"
	"image/gif"
	_ "image/jpeg" // for its dimensions, as the next one
	_ "image/png"
	"io"
)

// errFull ends the drawing of a picture that is larger than its file may be.
var errFull = errors.New("no more room")

// picture is one of a single colour, in the format and with the dimensions of
// the original. The rest of the file follows it, where readers do not look. Of
// one that needs more room than the original there is the beginning, which has
// the dimensions in it.
func picture(out *sink, in *source) error {
	config, format, unreadable := image.DecodeConfig(in)
	size, digest, err := in.rest()
	if err != nil {
		return err
	}
	if unreadable == nil && config.Width > 0 && config.Height > 0 {
		err = draw(&meter{out, size}, format, config.Width, config.Height, digest)
	}
	if err != nil && !errors.Is(err, errFull) {
		return err
	}
	return out.fill(size, digest)
}

// draw writes a picture whose colour follows from digest.
func draw(dst *meter, format string, width, height int, digest []byte) error {
	switch format {
	case "png":
		return drawPNG(dst, width, height, digest)
	case "jpeg":
		return drawJPEG(dst, width, height, digest)
	case "gif":
		return drawGIF(dst, width, height, digest)
	}
	return nil
}

// The most that is drawn, whatever a file claims to be.
const (
	// maxRatio is how many bytes Deflate (RFC 1951) makes of one, and about how
	// many pixels LZW makes of two bits. A file that claims more is not whole.
	maxRatio = 1032
	// maxRows bounds the rows of a PNG, in bytes, of which each holds 8 pixels.
	maxRows = 1 << 27
	// maxGIF bounds GIFs, in pixels.
	maxGIF = 1 << 24
)

// drawGIF needs memory for a single row, which all rows are: the stride is 0.
func drawGIF(dst *meter, width, height int, digest []byte) error {
	if pixels := int64(width) * int64(height); pixels > min(4*maxRatio*dst.left, maxGIF) {
		return nil
	}
	return gif.Encode(dst, &image.Paletted{
		Pix:     make([]byte, width),
		Rect:    image.Rect(0, 0, width, height),
		Palette: color.Palette{color.RGBA{R: digest[0], G: digest[1], B: digest[2], A: 0xff}},
	}, nil)
}

// meter passes on as many bytes as are left, and then fails with errFull.
type meter struct {
	dst  io.Writer
	left int64
}

func (m *meter) Write(p []byte) (int, error) {
	fits := min(int64(len(p)), m.left)
	n, err := m.dst.Write(p[:fits])
	m.left -= int64(n)
	if err == nil && n < len(p) {
		err = errFull
	}
	return n, err
}
