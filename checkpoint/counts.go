package checkpoint

import (
	"encoding/json"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

var countsKey = []byte("counts")

// Counts says what the ledger holds, waiting acknowledgements included.
func (r *Reader) Counts() (mapping.Counts, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts, nil
}

func readCounts(tx *bbolt.Tx) (mapping.Counts, error) {
	c, _, err := get[mapping.Counts](tx, metaBucket, countsKey)
	return c, err
}

func putCounts(tx *bbolt.Tx, c mapping.Counts) error {
	value, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return put(tx, metaBucket, countsKey, value)
}

func addCounts(tx *bbolt.Tx, delta mapping.Counts) error {
	if delta == (mapping.Counts{}) {
		return nil
	}
	c, err := readCounts(tx)
	if err != nil {
		return err
	}
	return putCounts(tx, add(c, delta))
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
