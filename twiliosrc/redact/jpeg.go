package redact

import (
	"encoding/binary"
	"io"
	"slices"
)

// jpegTables are what a picture of one grey needs beside its dimensions: the
// means of blocks count in steps of 4, and there are two codes. As a mean, 0 says
// "as the block before" and 10 that a byte with the difference follows; after it,
// 0 says that a block has nothing but its mean.
var jpegTables = slices.Concat(
	[]byte{0xff, 0xdb, 0, 67, 0, 4}, slices.Repeat([]byte{1}, 63),
	[]byte{0xff, 0xc4, 0, 21, 0x00, 1, 1}, make([]byte, 14), []byte{0, 8},
	[]byte{0xff, 0xc4, 0, 20, 0x10, 1}, make([]byte, 15), []byte{0},
	[]byte{0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0},
)

// drawJPEG writes a picture in a light grey. All of its blocks but the first take
// two bits, both 0, so that even a large one is done in no time.
func drawJPEG(dst io.Writer, width, height int, digest []byte) error {
	head := []byte{0xff, 0xd8, 0xff, 0xc0, 0, 11, 8}
	head = binary.BigEndian.AppendUint16(head, uint16(height))
	head = binary.BigEndian.AppendUint16(head, uint16(width))
	head = append(head, 1, 1, 0x11, 0)

	grey := 0x80 | digest[0]
	blocks := ((int64(width) + 7) / 8) * ((int64(height) + 7) / 8)
	bits := 11 + 2*(blocks-1) // 10, the grey, 0; then 00 each
	size := (bits + 7) / 8
	last := byte(1)<<(8*size-bits) - 1 // bits that are left over are set
	first := []byte{0x80 | grey>>2, grey << 6}
	if size == int64(len(first)) {
		first[1] |= last
	}
	if _, err := dst.Write(slices.Concat(head, jpegTables, first)); err != nil {
		return err
	}
	if size > int64(len(first)) {
		if _, err := io.CopyN(dst, zeros{}, size-int64(len(first))-1); err != nil {
			return err
		}
		if _, err := dst.Write([]byte{last}); err != nil {
			return err
		}
	}
	_, err := dst.Write([]byte{0xff, 0xd9})
	return err
}
