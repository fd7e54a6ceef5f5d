package twiliosrc

import (
	"encoding/json"
	"errors"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// provenReader holds the messages of a stretch of indexes back until the stretch
// is known to be whole.
type provenReader struct {
	list *provenList
	read messageReader
	n    int64      // items read
	last int64      // highest index read
	want *indexSums // nil for the first page, which needs no proof
	got  stretchSum // what has been read of the stretch in progress
	held []heldMessage
}

// reader reads the pages of one pass.
func (p *provenList) reader() *provenReader {
	return &provenReader{
		list: p, last: -1,
		read: messageReader{conversation: p.conversation, after: max(p.after, p.done), last: -1, unit: "item"},
	}
}

// heldMessage is an item of a listing that is not yielded yet.
type heldMessage struct {
	m     mapping.Message
	err   error
	index int64
}

func (r *provenReader) page(pg page) error {
	for i, text := range pg.items {
		if err := r.item(text, i); err != nil {
			return err
		}
	}
	return nil
}

// item takes one item in. One that the page before had as well is left out:
// something was inserted meanwhile.
func (r *provenReader) item(text json.RawMessage, i int) error {
	index, key, ok := messageKey(text)
	if ok && r.want != nil {
		if index <= r.last {
			return nil
		}
		if index > r.want.top { // it arrived after the listing began
			r.last = index
			return nil
		}
		if err := r.count(index, key); err != nil {
			return err
		}
	}
	if ok {
		r.last = max(r.last, index)
	}
	r.n++
	m, err := r.read.read(text, r.n)
	switch {
	case err == nil:
		r.held = append(r.held, heldMessage{m: m, index: m.Index})
	case !errors.Is(err, errNotAsked):
		l := listing[mapping.Message]{path: r.list.path}
		d := &mapping.DamagedError{Place: l.place(string(stringField(text, "sid")), i), Conversation: r.list.conversation, Err: err}
		if (!ok || index > r.list.done) && !r.list.c.damage.leaveOut(d, 1) {
			r.held = append(r.held, heldMessage{err: d, index: index})
		}
	}
	return nil
}

// count adds a message to the stretch in progress, or begins another one.
func (r *provenReader) count(index int64, key sidKey) error {
	if index <= r.want.above {
		return nil
	}
	if n := stretchOf(index); n != r.got.n {
		if err := r.settle(n); err != nil {
			return err
		}
		r.got = stretchSum{n: n}
	}
	r.got.add(key)
	return nil
}

// settle yields what is held of the stretches before n, if it is all of them.
func (r *provenReader) settle(n int64) error {
	if !r.want.take(n, r.got) {
		return errUnproven
	}
	return r.flush()
}

// flush yields what is held.
func (r *provenReader) flush() error {
	for _, h := range r.held {
		if !r.list.yield(h.m, h.err) {
			return errStopped
		}
		r.list.done = max(r.list.done, h.index)
	}
	r.held = r.held[:0]
	return nil
}
