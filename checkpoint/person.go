package checkpoint

import (
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Person finds the record of a person; false when there is none.
func (r *Reader) Person(key mapping.PersonKey) (mapping.PersonRecord, bool, error) {
	return lookup[mapping.PersonRecord](r, personBucket, personKey(key))
}

// Persons lists all people, by kind, service and name.
func (r *Reader) Persons() iter.Seq2[mapping.PersonRecord, error] {
	return list[mapping.PersonRecord](r, personBucket, nil)
}

// PersonsOf lists the people of one kind, by service and name, without looking at the
// others, and after them those whose names are too long for a key.
func (r *Reader) PersonsOf(kind mapping.PersonKind) iter.Seq2[mapping.PersonRecord, error] {
	return func(yield func(mapping.PersonRecord, error) bool) {
		for _, prefix := range []string{string(kind) + separator, digested} {
			for p, err := range list[mapping.PersonRecord](r, personBucket, []byte(prefix)) {
				if err == nil && p.Key.Kind != kind {
					continue
				}
				if !yield(p, err) || err != nil {
					return
				}
			}
		}
	}
}

// RecordPerson replaces the record of a person. It is on disk on return.
func (l *Ledger) RecordPerson(p mapping.PersonRecord) error {
	w, err := personWrite(p)
	if err != nil {
		return err
	}
	return l.commit(w)
}

func personWrite(p mapping.PersonRecord) (write, error) {
	return recording(personBucket, personKey(p.Key), p, personPart{p.ID, p.Unused}, countPerson)
}

// personPart is what of a person's record counts.
type personPart struct {
	ID     mapping.CommunicationUserID `json:"id"`
	Unused int                         `json:"unused"`
}

func countPerson(p personPart) tally {
	c := mapping.Counts{Unused: int64(p.Unused)}
	if p.ID != "" {
		c.Users = 1
	}
	return tally{Counts: c}
}
