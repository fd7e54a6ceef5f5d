package redact

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// drawPNG writes a picture with a palette of one colour, one bit a pixel. It
// takes milliseconds for as many megapixels.
func drawPNG(dst *meter, width, height int, digest []byte) error {
	rows := int64(height) * (1 + (int64(width)+7)/8) // each begins with its filter
	rows = min(rows, maxRatio*dst.left, maxRows)
	header := binary.BigEndian.AppendUint32(nil, uint32(width))
	header = binary.BigEndian.AppendUint32(header, uint32(height))
	header = append(header, 1, 3, 0, 0, 0) // bits, palette, and the usual methods
	start := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header)...)
	if _, err := dst.Write(append(start, chunk("PLTE", digest[:3])...)); err != nil {
		return err
	}
	buffer := bufio.NewWriterSize(chunks{dst}, 32<<10)
	packed := zlib.NewWriter(buffer)
	if _, err := io.CopyN(packed, zeros{}, rows); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	if err := buffer.Flush(); err != nil {
		return err
	}
	_, err := dst.Write(chunk("IEND", nil))
	return err
}

// chunks writes the data of a picture, a chunk a write.
type chunks struct{ dst io.Writer }

func (c chunks) Write(p []byte) (int, error) {
	if _, err := c.dst.Write(chunk("IDAT", p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

func chunk(kind string, data []byte) []byte {
	named := append([]byte(kind), data...)
	var b bytes.Buffer
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	b.Write(named)
	b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(named)))
	return b.Bytes()
}
