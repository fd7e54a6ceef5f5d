package checkpoint

import (
	"encoding/binary"

	"go.etcd.io/bbolt"
)

// The journal is long when it holds that many messages, and so many of each
// conversation that is in memory. Packing a conversation costs a page of the
// file, however few messages it brings.
const (
	journalBase = 8 << 10
	journalEach = 8
)

// A journal knows the rows of the journal in the file. A row holds segments of
// any number of conversations, and outlives its use: that chunks have taken
// over what it says is seen from the positions.
type journal struct {
	rows     []journalRow // oldest first
	messages int          // in rows
	next     uint64       // number of the next row
	useless  []journalRow // still in the file, to be removed from it
}

type journalRow struct {
	number   uint64
	messages int
}

func (j *journal) add(row journalRow) {
	j.rows = append(j.rows, row)
	j.messages += row.messages
	j.next = row.number + 1
}

// discard gives up the rows before number.
func (j *journal) discard(number uint64) {
	for len(j.rows) > 0 && j.rows[0].number < number {
		j.messages -= j.rows[0].messages
		j.useless = append(j.useless, j.rows[0])
		j.rows = j.rows[1:]
	}
}

// writeJournal brings to disk what is queued, and removes rows of no use. What
// it notes in memory is not taken back if the transaction fails: no other
// follows then.
func (l *Ledger) writeJournal(t *transaction) error {
	b, err := bucketOf(t.Tx, journalBucket)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, row := range l.journal.useless {
		if err := b.Delete(numberKey(row.number)); err != nil {
			return err
		}
	}
	l.journal.useless = nil
	if l.queued == 0 {
		return nil
	}
	room := 0
	for _, tail := range l.waiting {
		room += len(tail.key) + tail.queued().room()
	}
	value := make([]byte, 0, room)
	for _, tail := range l.waiting {
		s := tail.queued()
		value = appendEntry(value, tail.key, s)
		t.messages = t.messages.plus(s.to.counts(s.from))
		tail.markJournaled()
	}
	row := journalRow{number: l.journal.next, messages: l.queued}
	l.journal.add(row)
	l.waiting, l.queued = nil, 0
	return put(t.Tx, journalBucket, numberKey(row.number), value)
}

// replay reads the journal back: the tails that it holds, and its rows.
func replay(tx *bbolt.Tx) (map[sidKey]*tail, journal, error) {
	var j journal
	tails := make(map[sidKey]*tail)
	b, err := bucketOf(tx, journalBucket)
	if err != nil {
		return nil, j, err
	}
	c := b.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		value, err := unseal(k, v)
		if err != nil {
			return nil, j, err
		}
		messages, err := replayRow(tx, tails, value)
		if err != nil {
			return nil, j, err
		}
		j.add(journalRow{number: binary.BigEndian.Uint64(k), messages: messages})
	}
	for key, t := range tails {
		if len(t.records) == 0 {
			delete(tails, key)
		}
	}
	return tails, j, nil
}

// replayRow adds the segments of a row to tails, but for those that chunks
// already hold. It returns how many messages the row holds.
func replayRow(tx *bbolt.Tx, tails map[sidKey]*tail, value []byte) (messages int, err error) {
	for d := (decoder{data: value}); len(d.data) > 0; {
		key, s := d.entry()
		if d.err != nil {
			return 0, d.err
		}
		messages += int(s.messages())
		t := tails[key]
		if t == nil {
			at, err := lastPosition(tx, key)
			if err != nil {
				return 0, err
			}
			t = newTail(key, at)
			tails[key] = t
		}
		if s.to.index <= t.chunked.index {
			continue
		}
		if err := t.extend(s); err != nil {
			return 0, err
		}
	}
	return messages, nil
}

// appendEntry adds the segment of one conversation to a row.
func appendEntry(row []byte, c sidKey, s segment) []byte {
	return s.append(append(row, c[:]...))
}

// entry takes what appendEntry has added.
func (d *decoder) entry() (c sidKey, s segment) {
	copy(c[:], d.bytes(uint64(len(c))))
	return c, d.segment()
}
