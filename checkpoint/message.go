package checkpoint

import (
	"errors"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// queueSize is how many acknowledgements may wait to be written before one of
// them has to wait as well.
const queueSize = 4096

// Acknowledge notes a message, whose index must be above the last one of the
// conversation. It is on disk with the next transaction, and seen at once.
func (l *Ledger) Acknowledge(c mapping.ConversationSID, m mapping.MessageRecord) error {
	crowded, err := l.enqueue(conversationKey(c), m)
	if err != nil {
		return fmt.Errorf("acknowledge message %d of %s: %w", m.Index, c, err)
	}
	if crowded {
		return l.Flush()
	}
	return nil
}

var errForgetting = errors.New("its conversation is being forgotten")

// enqueue adds m to a tail; crowded says that it is time to flush.
func (l *Ledger) enqueue(c sidKey, m mapping.MessageRecord) (crowded bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return false, l.failed
	}
	if l.forgetting[c] {
		return false, errForgetting
	}
	t, err := l.tailOf(c)
	if err != nil {
		return false, err
	}
	before := t.acknowledged
	if err := checkRecord(before, m); err != nil {
		return false, err
	}
	if !t.waits() {
		l.waiting = append(l.waiting, t)
	}
	t.records, t.acknowledged = appendRecord(t.records, before, m)
	l.queued++
	l.counts = l.counts.plus(t.acknowledged.counts(before))
	return l.queued >= queueSize, nil
}

// Flush returns when everything acknowledged before is on disk.
func (l *Ledger) Flush() error { return l.commit(nil) }

// Progress says where the messages of a conversation stand that were
// acknowledged in order, whatever became of them later.
func (r *Reader) Progress(c mapping.ConversationSID) (mapping.Progress, error) {
	rest, err := r.rest(conversationKey(c))
	return rest.to.progress(), err
}

// rest is what memory holds of the messages of a conversation, after all that
// is in chunks. It is empty, at the end, where memory holds nothing.
func (r *Reader) rest(c sidKey) (segment, error) {
	r.mu.Lock()
	if t := r.tails[c]; t != nil {
		defer r.mu.Unlock()
		return t.all(), nil
	}
	r.mu.Unlock()
	at := start
	err := r.view(func(tx *bbolt.Tx) (err error) {
		at, err = lastPosition(tx, c)
		return err
	})
	return segment{from: at, to: at}, err
}

// Messages lists the messages of a conversation as they stand since they were
// last amended, ascending by index, deleted ones too. A failed listing yields
// its error once, last. What is noted meanwhile may or may not be seen.
func (r *Reader) Messages(c mapping.ConversationSID) iter.Seq2[mapping.MessageRecord, error] {
	key := conversationKey(c)
	return func(yield func(mapping.MessageRecord, error) bool) {
		messages := r.packed(key)
		if r.anyAmended() {
			messages = merge(messages, r.amendments(key))
		}
		messages(yield)
	}
}

// anyAmended reports whether a message of any conversation has been amended.
func (r *Reader) anyAmended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts.Amended > 0
}

// packed lists the messages of a conversation as they were acknowledged.
func (r *Reader) packed(c sidKey) iter.Seq2[mapping.MessageRecord, error] {
	return func(yield func(mapping.MessageRecord, error) bool) {
		last := start.index
		for s, err := range r.segments(c) {
			if err != nil {
				yield(mapping.MessageRecord{}, err)
				return
			}
			for m, err := range s.records() {
				if err != nil {
					yield(mapping.MessageRecord{}, r.store.damaged(err))
					return
				}
				if m.Index <= last {
					continue // a chunk has taken it over since the rest was read
				}
				last = m.Index
				if !yield(m, nil) {
					return
				}
			}
		}
	}
}

// segments yields the chunks of a conversation, and then the rest as it was
// before the first of them was read.
func (r *Reader) segments(c sidKey) iter.Seq2[segment, error] {
	return func(yield func(segment, error) bool) {
		rest, err := r.rest(c)
		if err != nil {
			yield(segment{}, err)
			return
		}
		if rest.from == start { // there was no chunk yet
			yield(rest, nil)
			return
		}
		at := start
		for p, err := range r.scan(chunkBucket, c[:]) {
			var s segment
			if err == nil {
				if s, err = readChunk(p.key, p.sealed); err != nil {
					err = r.store.damaged(err)
				}
			}
			if err == nil && s.from != at {
				break // the chunk before has been filled up since it was read
			}
			if !yield(s, err) || err != nil {
				return
			}
			at = s.to
		}
		if at.index < rest.from.index {
			yield(segment{}, r.store.damaged(errGap))
			return
		}
		yield(rest, nil)
	}
}
