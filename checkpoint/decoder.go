package checkpoint

import (
	"encoding/binary"
	"errors"
	"math"
)

// A decoder takes packed values off the front of data. After the first error
// it gives zero values.
type decoder struct {
	data []byte
	err  error

	halfDigests bool // of sources, as schema 1 has them; they are left out
}

var errPacked = errors.New("packed messages cannot be read")

func (d *decoder) fail() {
	d.data = nil
	if d.err == nil {
		d.err = errPacked
	}
}

func (d *decoder) bytes(n uint64) []byte {
	if n > uint64(len(d.data)) {
		d.fail()
		return nil
	}
	b := d.data[:n:n]
	d.data = d.data[n:]
	return b
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.data)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.data = d.data[n:]
	return v
}

// number is a uvarint that fits an int64.
func (d *decoder) number() int64 {
	v := d.uvarint()
	if v > math.MaxInt64 {
		d.fail()
		return 0
	}
	return int64(v)
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.data)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *decoder) text() string { return string(d.bytes(d.uvarint())) }

// appendText writes what text takes.
func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}
