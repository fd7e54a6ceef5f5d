package checkpoint

import (
	"bytes"

	"go.etcd.io/bbolt"
)

// A tail is what no chunk holds yet of the messages of one conversation. Its
// records are only ever appended to, so that a segment of them stays valid.
type tail struct {
	key          sidKey
	records      []byte
	unjournaled  int      // where those begin in records that the journal lacks
	acknowledged position // where records end
	journaled    position // where unjournaled is
	chunked      position // where the chunks end and records begin
}

func newTail(key sidKey, at position) *tail {
	return &tail{key: key, chunked: at, journaled: at, acknowledged: at}
}

// all is everything in t.
func (t *tail) all() segment {
	return segment{from: t.chunked, to: t.acknowledged, packed: t.records}
}

// waits reports whether the journal lacks some of t.
func (t *tail) waits() bool { return t.unjournaled < len(t.records) }

// durable is the part of t that the journal holds.
func (t *tail) durable() segment {
	return segment{from: t.chunked, to: t.journaled, packed: t.records[:t.unjournaled]}
}

// queued is the part of t that the journal lacks.
func (t *tail) queued() segment {
	return segment{from: t.journaled, to: t.acknowledged, packed: t.records[t.unjournaled:]}
}

// extend adds what the journal holds after t.
func (t *tail) extend(s segment) error {
	if t.acknowledged != s.from {
		return errGap
	}
	t.records, t.acknowledged = append(t.records, s.packed...), s.to
	t.markJournaled()
	return nil
}

// markJournaled notes that all of t is in the journal.
func (t *tail) markJournaled() {
	t.journaled, t.unjournaled = t.acknowledged, len(t.records)
}

// markChunked notes that s, the beginning of t, is in a chunk.
func (t *tail) markChunked(s segment) {
	t.records = bytes.Clone(t.records[len(s.packed):])
	t.unjournaled -= len(s.packed)
	t.chunked = s.to
}

// tailOf is the tail of a conversation, made where there is none. The caller
// holds mu: were the chunks read without it, they could grow meanwhile.
func (r *Reader) tailOf(c sidKey) (*tail, error) {
	if t := r.tails[c]; t != nil {
		return t, nil
	}
	var at position
	err := r.view(func(tx *bbolt.Tx) (err error) {
		at, err = lastPosition(tx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	t := newTail(c, at)
	r.tails[c] = t
	return t, nil
}
