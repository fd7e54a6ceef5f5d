package redact

import (
	"bufio"
	"encoding/binary"
	"io"
	"sync"
)

const (
	// memoryBits is the size of a memory: 16 MB, whatever is put into it.
	memoryBits = 1 << 27
	// probes are the bits set for each mark. Among 1 million marks one in 100
	// million others seems known, among 10 million one in 400.
	probes = 6
)

// mark stands for a word or a file. It tells nothing without the key.
type mark uint64

// markSize is that of a mark in a journal, in bytes.
const markSize = 8

// memory remembers what the redaction has seen, as a Bloom filter: it knows
// everything that it has seen and takes next to nothing else for known. What is
// new is written to a journal, if it has one, so that an interrupted recording
// can go on.
type memory struct {
	mu      sync.Mutex
	bits    []uint64
	journal *bufio.Writer // nil without one; it keeps its first error
}

func newMemory() *memory { return &memory{bits: make([]uint64, memoryBits/64)} }

// add remembers k.
func (m *memory) add(k mark) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.set(k) && m.journal != nil {
		var b [markSize]byte
		binary.LittleEndian.PutUint64(b[:], uint64(k))
		_, _ = m.journal.Write(b[:]) // flush reports its errors
	}
}

// set reports whether k is new.
func (m *memory) set(k mark) bool {
	isNew := false
	for i := range probes {
		cell, bit := k.bit(i)
		isNew = isNew || m.bits[cell]&bit == 0
		m.bits[cell] |= bit
	}
	return isNew
}

// holds reports whether k has been added.
func (m *memory) holds(k mark) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range probes {
		if cell, bit := k.bit(i); m.bits[cell]&bit == 0 {
			return false
		}
	}
	return true
}

// bit is where the i-th probe for k looks.
func (k mark) bit(i int) (cell, bit uint64) {
	n := (uint64(uint32(k)) + uint64(i)*(uint64(k>>32)|1)) % memoryBits
	return n / 64, 1 << (n % 64)
}

// load remembers what a journal holds. It returns how many bytes of it are whole
// marks: the last one may have been cut off.
func (m *memory) load(journal io.Reader) (int64, error) {
	r := bufio.NewReader(journal)
	for read := int64(0); ; read += markSize {
		var b [markSize]byte
		if _, err := io.ReadFull(r, b[:]); err == io.EOF || err == io.ErrUnexpectedEOF {
			return read, nil
		} else if err != nil {
			return read, err
		}
		m.set(mark(binary.LittleEndian.Uint64(b[:])))
	}
}

// flush gives the journal what is new.
func (m *memory) flush() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.journal == nil {
		return nil
	}
	return m.journal.Flush()
}
