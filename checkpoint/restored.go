package checkpoint

import (
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"
)

// A copyMark stands in a copy of a ledger, and in nothing else.
type copyMark struct {
	Taken time.Time `json:"taken"`
}

var copyKey = []byte("copy")

// Restored tells whether the ledger is a copy of another, and when that was
// taken. What was done after that in ACS the ledger does not know: whoever goes
// on with it has to look there first, at every thread that is not done, and for
// threads and people that came later.
func (r *Reader) Restored() (taken time.Time, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.taken, !r.taken.IsZero()
}

// ClearRestored notes that all has been looked at that a ledger which is a copy
// cannot know. It is on disk on return.
func (l *Ledger) ClearRestored() error {
	return l.commit(func(t *transaction) error {
		t.after = append(t.after, func() { l.taken = time.Time{} })
		return remove(t.Tx, metaBucket, copyKey)
	})
}

// markCopy marks a copy. That of a copy nobody has looked through yet keeps
// the mark it has: what is not known is not known since then.
func markCopy(tx *bbolt.Tx, taken time.Time) error {
	if _, found, err := get[copyMark](tx, metaBucket, copyKey); found || err != nil {
		return err
	}
	value, err := json.Marshal(copyMark{Taken: taken})
	if err != nil {
		return err
	}
	return put(tx, metaBucket, copyKey, value)
}

// readMark is when a copy was taken; zero in what is none.
func readMark(tx *bbolt.Tx) (time.Time, error) {
	m, _, err := get[copyMark](tx, metaBucket, copyKey)
	return m.Taken, err
}
