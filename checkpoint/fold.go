package checkpoint

import (
	"bytes"
	"slices"
)

// sweepGroup is how many conversations are packed in one transaction when all
// are. What a transaction rewrites of the file stays small that way.
const sweepGroup = 128

// fold packs the acknowledgements of a conversation.
func (l *Ledger) fold(tx *transaction, c sidKey) error {
	l.mu.Lock()
	t := l.tails[c]
	l.mu.Unlock()
	if t == nil {
		return nil
	}
	if err := l.pack(tx, t); err != nil {
		return err
	}
	tx.after = append(tx.after, func() { l.forget(t) })
	return nil
}

// pack moves what the journal holds of some conversations to their chunks, each
// once in a transaction.
func (l *Ledger) pack(tx *transaction, tails ...*tail) error {
	for _, t := range tails {
		l.mu.Lock()
		s := t.durable()
		l.mu.Unlock()
		if tx.packed[t] || s.messages() == 0 {
			continue
		}
		tx.packed[t] = true
		if err := writeChunks(tx.Tx, t.key, s); err != nil {
			return err
		}
		tx.after = append(tx.after, func() { t.markChunked(s) })
	}
	return nil
}

// forget drops a tail, if it holds nothing. The caller holds mu.
func (l *Ledger) forget(t *tail) bool {
	if len(t.records) > 0 {
		return false
	}
	if l.tails[t.key] == t {
		delete(l.tails, t.key)
	}
	return true
}

// sweepLong packs all conversations when the journal has grown long. One
// goroutine does, while the others go on.
func (l *Ledger) sweepLong() error {
	if !l.journalLong() || !l.sweeping.TryLock() {
		return nil
	}
	defer l.sweeping.Unlock()
	if !l.journalLong() { // no longer: it has just been done
		return nil
	}
	return l.sweep()
}

func (l *Ledger) journalLong() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.journal.messages >= journalBase+journalEach*len(l.tails)
}

// sweep packs all conversations, so that the rows that the journal has now are
// of no more use. The caller holds sweeping.
func (l *Ledger) sweep() error {
	l.mu.Lock()
	next := l.journal.next
	tails := make([]*tail, 0, len(l.tails))
	for _, t := range l.tails {
		if !l.forget(t) { // those left empty by the last sweep have been idle since
			tails = append(tails, t)
		}
	}
	l.mu.Unlock()
	slices.SortFunc(tails, func(a, b *tail) int { return bytes.Compare(a.key[:], b.key[:]) })
	for some := range slices.Chunk(tails, sweepGroup) {
		if err := l.join(func(tx *transaction) error { return l.pack(tx, some...) }); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.journal.discard(next)
	return nil
}
