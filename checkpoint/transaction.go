package checkpoint

import (
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"
)

// maxGroup is how many writes share a transaction. It bounds the memory of one
// and how long the next has to wait.
const maxGroup = 128

// A group waits gatherFor for others to join if one was of crowd or more within
// crowdedFor: where many are at work they share a sync instead of taking turns. A few are
// not kept waiting.
const (
	gatherFor  = 20 * time.Millisecond
	crowd      = 16
	crowdedFor = time.Second
)

// A write is a part of a transaction. Its error stands for damage, and fails
// the transaction for everybody in it. Nil writes nothing, but waits for what
// is queued.
type write func(*transaction) error

// A group is a number of writes that share one transaction, and so one sync.
type group struct {
	writes []write
	done   chan struct{} // closed when err stands
	err    error
}

// A transaction is what is being written.
type transaction struct {
	*bbolt.Tx
	counts   tally          // what was in the file before
	items    tally          // added by the items written so far
	messages tally          // added by the acknowledgements it brings to disk
	packed   map[*tail]bool // those whose journaled part it brings to chunks
	recent   recent         // of the ledger
	after    []func()       // what to do, holding mu, once all of it is on disk
}

// commit returns when w is on disk, and with it everything acknowledged before.
func (l *Ledger) commit(w write) error {
	if err := l.join(w); err != nil {
		return err
	}
	return l.sweepLong()
}

// join puts w into a group and returns when it is on disk. Whoever comes first
// leads the group: while it waits for the transaction before to end, others
// join. The slower the disk, the larger the groups.
func (l *Ledger) join(w write) error {
	l.gather.Lock()
	g := l.group
	lead := g == nil || len(g.writes) == maxGroup
	if lead {
		g = &group{done: make(chan struct{})}
		l.group = g
	}
	g.writes = append(g.writes, w)
	l.gather.Unlock()
	if lead {
		l.lead(g)
	}
	<-g.done
	return g.err
}

// lead writes a group when its turn has come.
func (l *Ledger) lead(g *group) {
	if time.Now().UnixNano()-l.crowdedAt.Load() < int64(crowdedFor) {
		time.Sleep(gatherFor)
	}
	l.turn.Lock()
	defer l.turn.Unlock()
	l.gather.Lock()
	if l.group == g {
		l.group = nil
	}
	l.gather.Unlock()
	if len(g.writes) >= crowd {
		l.crowdedAt.Store(time.Now().UnixNano())
	}
	g.err = l.write(g.writes)
	close(g.done)
}

// write makes one transaction of writes. It is the only way to the file once
// the ledger is open; the caller has the turn.
func (l *Ledger) write(writes []write) error {
	if idle, err := l.idle(writes); idle || err != nil {
		return err
	}
	var t *transaction
	err := l.store.update(func(tx *bbolt.Tx) error {
		t = &transaction{Tx: tx, counts: l.stored, packed: make(map[*tail]bool), recent: l.recent}
		if err := l.writeJournal(t); err != nil {
			return err
		}
		if err := l.writeAttempts(t); err != nil {
			return err
		}
		if err := l.writeNotes(t); err != nil {
			return err
		}
		for _, w := range writes {
			if w == nil {
				continue
			}
			if err := w(t); err != nil {
				return err
			}
		}
		return t.writeCounts()
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.failed = err
		return err
	}
	l.stored = t.now()
	l.counts = l.counts.plus(t.items) // messages have been counted when they came
	for _, f := range t.after {
		f()
	}
	return nil
}

// idle reports whether there is nothing to write; the error is that nothing
// may be written any more.
func (l *Ledger) idle(writes []write) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return false, l.failed
	}
	for _, w := range writes {
		if w != nil {
			return false, nil
		}
	}
	return l.queued == 0 && len(l.attempts) == 0 && len(l.noted) == 0 && len(l.journal.useless) == 0, nil
}

// record stores item under key; see recording.
func record[Part any](l *Ledger, bucket, key []byte, item any, part Part, count func(Part) tally) error {
	w, err := recording(bucket, key, item, part, count)
	if err != nil {
		return err
	}
	return l.commit(w)
}

// recording makes a write that stores item under key and keeps the counts: count says
// what an item adds to them, of which it needs no more than part.
func recording[Part any](bucket, key []byte, item any, part Part, count func(Part) tally) (write, error) {
	value, err := json.Marshal(item)
	if err != nil {
		return nil, err
	}
	return func(t *transaction) error {
		before, err := countsFor(t, bucket, key, count)
		if err != nil {
			return err
		}
		after := count(part)
		t.items = t.items.minus(before).plus(after)
		t.recent.remember(bucket, key, after)
		return put(t.Tx, bucket, key, value)
	}, nil
}

// countsFor is what the item under key counts for, which is nothing if there is none.
func countsFor[Part any](t *transaction, bucket, key []byte, count func(Part) tally) (tally, error) {
	if known, ok := t.recent.recall(bucket, key); ok {
		return known, nil
	}
	before, found, err := get[Part](t.Tx, bucket, key)
	if err != nil || !found {
		return tally{}, err
	}
	return count(before), nil
}

// lookup reads the item under key.
func lookup[T any](r *Reader, bucket, key []byte) (item T, found bool, err error) {
	err = r.view(func(tx *bbolt.Tx) error {
		item, found, err = get[T](tx, bucket, key)
		return err
	})
	return item, found, err
}
