package main

import (
	"fmt"
	"math"

	"github.com/dustin/go-humanize"
)

// byteSize is the value of a flag that is a number of bytes. It satisfies
// pflag.Value.
type byteSize int64

// String is the size as people write it.
func (b *byteSize) String() string { return humanize.IBytes(uint64(*b)) }

// Set reads a size with or without a unit.
func (b *byteSize) Set(text string) error {
	n, err := humanize.ParseBytes(text)
	if err != nil || n == 0 || n > math.MaxInt64 {
		return fmt.Errorf("must be a size such as %s or %s", "25MB", "100MiB")
	}
	*b = byteSize(n)
	return nil
}

// Type is what help shows as the kind of value.
func (b *byteSize) Type() string { return "size" }
