package migrate

import (
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// walk matches the messages of a thread, in the order of their arrival, with
// those expected, in the order of their indexes.
type walk struct {
	table   []stood
	claimed []bool
	byKey   map[tailKey]int // first unclaimed place of each key
	byID    map[int64]int
	at      int // all below it are claimed or passed
}

func newWalk(table []stood) *walk {
	w := &walk{
		table: table, claimed: make([]bool, len(table)),
		byKey: make(map[tailKey]int, len(table)), byID: make(map[int64]int, len(table)),
	}
	for i, s := range table {
		key := tailKey{s.sid, s.part}
		if _, ok := w.byKey[key]; !ok && s.sid != "" {
			w.byKey[key] = i
		}
		w.byID[s.id] = i
	}
	return w
}

// claim finds the message with that key, or the tombstone at one of the places
// where the ledger says it stood. It is in order when nothing that was claimed
// before stands after it.
func (w *walk) claim(sid mapping.MessageSID, part string, ids []mapping.ChatMessageID) (s stood, ok, inOrder bool) {
	i, ok := w.byKey[tailKey{sid, part}]
	if !ok || w.claimed[i] {
		i, ok = w.tombstone(ids)
	}
	if !ok {
		return stood{}, false, false
	}
	w.claimed[i] = true
	inOrder = i >= w.at
	if inOrder {
		w.at = i + 1
	}
	return w.table[i], true, inOrder
}

func (w *walk) tombstone(ids []mapping.ChatMessageID) (int, bool) {
	for _, id := range ids {
		n, err := strconv.ParseInt(string(id), 10, 64)
		if i, ok := w.byID[n]; err == nil && ok && !w.claimed[i] && w.table[i].deleted {
			return i, true
		}
	}
	return 0, false
}

// skip leaves all messages of sid out of the comparison.
func (w *walk) skip(sid mapping.MessageSID) {
	for i, s := range w.table {
		if s.sid == sid {
			w.claimed[i] = true
		}
	}
}

// unclaimed are the messages of this program that nothing asked for: those that
// stand there twice, or whose source is gone. Tombstones of people's own
// messages are not among them.
func (w *walk) unclaimed() []stood {
	var out []stood
	for i, s := range w.table {
		if !w.claimed[i] && s.sid != "" && !s.deleted {
			out = append(out, s)
		}
	}
	return out
}
