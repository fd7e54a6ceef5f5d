package checkpoint

import (
	"encoding/json"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A tally is what the ledger holds: what it counts for others, and rows of its
// own whose absence nothing else would show.
type tally struct {
	mapping.Counts
	Amended  int64 `json:"amended"`  // messages with an amendment
	Attempts int64 `json:"attempts"` // calls that did not succeed at once
	Verified int64 `json:"verified"` // threads with a verification
}

var countsKey = []byte("counts")

// Counts says what the ledger holds, waiting acknowledgements included.
func (r *Reader) Counts() (mapping.Counts, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts.Counts, nil
}

func readCounts(tx *bbolt.Tx) (tally, error) {
	c, _, err := get[tally](tx, metaBucket, countsKey)
	return c, err
}

func putCounts(tx *bbolt.Tx, c tally) error {
	value, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return put(tx, metaBucket, countsKey, value)
}

// now is what the ledger holds with what has been written of t so far.
func (t *transaction) now() tally { return t.counts.plus(t.items).plus(t.messages) }

// writeCounts brings the counts to disk, if they have changed.
func (t *transaction) writeCounts() error {
	if t.now() == t.counts {
		return nil
	}
	return putCounts(t.Tx, t.now())
}

func (t tally) plus(o tally) tally {
	return tally{
		Counts:   add(t.Counts, o.Counts),
		Amended:  t.Amended + o.Amended,
		Attempts: t.Attempts + o.Attempts,
		Verified: t.Verified + o.Verified,
	}
}

func (t tally) minus(o tally) tally {
	return tally{
		Counts:   subtract(t.Counts, o.Counts),
		Amended:  t.Amended - o.Amended,
		Attempts: t.Attempts - o.Attempts,
		Verified: t.Verified - o.Verified,
	}
}

func add(a, b mapping.Counts) mapping.Counts {
	return mapping.Counts{
		Users:         a.Users + b.Users,
		Unused:        a.Unused + b.Unused,
		Conversations: a.Conversations + b.Conversations,
		Participants:  a.Participants + b.Participants,
		Messages:      a.Messages + b.Messages,
		Stubs:         a.Stubs + b.Stubs,
		Media:         a.Media + b.Media,
		MediaMissing:  a.MediaMissing + b.MediaMissing,
	}
}

func subtract(a, b mapping.Counts) mapping.Counts {
	return mapping.Counts{
		Users:         a.Users - b.Users,
		Unused:        a.Unused - b.Unused,
		Conversations: a.Conversations - b.Conversations,
		Participants:  a.Participants - b.Participants,
		Messages:      a.Messages - b.Messages,
		Stubs:         a.Stubs - b.Stubs,
		Media:         a.Media - b.Media,
		MediaMissing:  a.MediaMissing - b.MediaMissing,
	}
}
