package checkpoint

import (
	"encoding/binary"
	"errors"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A segment is a stretch of a conversation's messages, packed. Each record is
// packed relative to the one before, and the first to the position from: two
// segments that meet are joined by joining their bytes.
type segment struct {
	from, to position
	packed   []byte
}

func (s segment) messages() int64 { return s.to.messages - s.from.messages }

var errGap = errors.New("the messages of a conversation do not join")

func (s segment) join(next segment) (segment, error) {
	if s.to != next.from {
		return segment{}, errGap
	}
	packed := append(s.packed[:len(s.packed):len(s.packed)], next.packed...)
	return segment{from: s.from, to: next.to, packed: packed}, nil
}

// records reads s. An error comes once, last.
func (s segment) records() iter.Seq2[mapping.MessageRecord, error] {
	return func(yield func(mapping.MessageRecord, error) bool) {
		d := decoder{data: s.packed}
		p := s.from
		for len(d.data) > 0 {
			var m mapping.MessageRecord
			m, p = d.record(p)
			if d.err != nil {
				break
			}
			if !yield(m, nil) {
				return
			}
		}
		if d.err != nil || p != s.to {
			yield(mapping.MessageRecord{}, errPacked)
		}
	}
}

// find looks for the record of an index.
func (s segment) find(index int64) (mapping.MessageRecord, bool, error) {
	for m, err := range s.records() {
		if err != nil {
			return m, false, err
		}
		if m.Index == index {
			return m, true, nil
		}
	}
	return mapping.MessageRecord{}, false, nil
}

// split cuts s into segments of n messages, the last of fewer.
func (s segment) split(n int64) ([]segment, error) {
	var parts []segment
	d := decoder{data: s.packed}
	for at, rest := s.from, s; ; {
		if rest.messages() <= n {
			return append(parts, rest), nil
		}
		for range n {
			_, at = d.record(at)
		}
		if d.err != nil {
			return nil, d.err
		}
		size := len(rest.packed) - len(d.data)
		parts = append(parts, segment{from: rest.from, to: at, packed: rest.packed[:size]})
		rest = segment{from: at, to: s.to, packed: rest.packed[size:]}
	}
}

// room is how many bytes append takes, as long as IDs are numbers of usual length.
func (s segment) room() int { return len(s.packed) + 64 }

// append writes s into a value.
func (s segment) append(dst []byte) []byte {
	dst = s.to.append(s.from.append(dst))
	dst = binary.AppendUvarint(dst, uint64(len(s.packed)))
	return append(dst, s.packed...)
}

// segment takes what append has written. It shares the memory of the value.
func (d *decoder) segment() segment {
	s := segment{from: d.position(), to: d.position()}
	s.packed = d.bytes(d.uvarint())
	if s.to.index < s.from.index || s.to.messages < s.from.messages || s.to.stubs < s.from.stubs {
		d.fail()
	}
	return s
}
