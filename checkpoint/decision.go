package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Decisions are all that has been decided about people, by kind, service and name.
// A ledger of before there were any has none.
func (r *Reader) Decisions() ([]mapping.Decision, error) {
	there := false
	err := r.view(func(tx *bbolt.Tx) error {
		there = tx.Bucket(decisionBucket) != nil
		return nil
	})
	if !there || err != nil {
		return nil, err
	}
	var decisions []mapping.Decision
	for d, err := range list[mapping.Decision](r, decisionBucket, nil) {
		if err != nil {
			return nil, err
		}
		decisions = append(decisions, d)
	}
	return decisions, nil
}

// errCreated refuses to make somebody an ACS user who has another one.
var errCreated = errors.New("a communication user was created for the person")

// RecordDecisions replaces what has been decided about the people whom the
// decisions name; a zero decision takes back what was. All of them are on disk on
// return, or none. Whoever is to use an ACS user that exists has it from then on;
// the error is about somebody for whom one was created already.
func (l *Ledger) RecordDecisions(decisions []mapping.Decision) error {
	for _, d := range decisions {
		if rec, _, err := l.Person(d.Key); err != nil {
			return err
		} else if d.Action == mapping.ActionUse && rec.ID != "" && !rec.Adopted {
			return fmt.Errorf("record decisions: %w", errCreated)
		}
	}
	return l.commit(func(t *transaction) error {
		if _, err := t.CreateBucketIfNotExists(decisionBucket); err != nil {
			return err
		}
		for _, d := range decisions {
			if err := putDecision(t, d); err != nil {
				return err
			}
		}
		return nil
	})
}

func putDecision(t *transaction, d mapping.Decision) error {
	key := personKey(d.Key)
	if err := adoptUser(t, d); err != nil {
		return err
	}
	if d.IsZero() {
		return remove(t.Tx, decisionBucket, key)
	}
	value, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return put(t.Tx, decisionBucket, key, value)
}

// adoptUser makes the record of a person say which ACS user they use, or not any
// more.
func adoptUser(t *transaction, d mapping.Decision) error {
	key := personKey(d.Key)
	rec, _, err := get[mapping.PersonRecord](t.Tx, personBucket, key)
	uses := d.Action == mapping.ActionUse && d.SameAs == (mapping.PersonKey{})
	if err != nil || !uses && !rec.Adopted {
		return err
	}
	rec.Key, rec.ID, rec.Adopted = d.Key, "", uses
	if uses {
		rec.ID = d.User
	} else if rec.Unused == 0 && rec.Deleting == "" {
		_, err := erase(t, personBucket, key, countPerson)
		return err
	}
	replace, err := personWrite(rec)
	if err != nil {
		return err
	}
	return replace(t)
}

// checkDecisions reads all decisions; there may be no place for them yet.
func checkDecisions(tx *bbolt.Tx) (tally, error) {
	if tx.Bucket(decisionBucket) == nil {
		return tally{}, nil
	}
	return checkBucket(decisionBucket, countNothing[mapping.Decision])(tx)
}
