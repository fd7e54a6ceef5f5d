package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Schema is the version of the ledger's form that this program writes. One of
// an older version is brought forward when it is opened.
const Schema = 2

// about says what a ledger is. Its own form must never change: a program of any
// age has to learn from it that it must not read on.
type about struct {
	Schema  int             `json:"schema"`
	Created time.Time       `json:"created"`
	Binding mapping.Binding `json:"binding"`
}

var aboutKey = []byte("about")

func newAbout(b mapping.Binding) about {
	return about{Schema: Schema, Created: time.Now().UTC(), Binding: b}
}

// check refuses what a newer version of this program wrote, and what none did.
func (a about) check(path string) error {
	switch {
	case a.Schema > Schema:
		return &SchemaError{Path: path, Got: a.Schema, Want: Schema}
	case a.Schema < 1:
		return &DamagedError{Path: path, Err: fmt.Errorf("schema %d, which never was", a.Schema)}
	}
	return nil
}

var errForeign = errors.New("not a ledger of this program")

// about reads what s is; found is false when nothing has been written to it.
func (s *store) about() (a about, found bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		if tx.Bucket(metaBucket) == nil {
			if k, _ := tx.Cursor().First(); k != nil {
				return errForeign
			}
			return nil
		}
		a, found, err = get[about](tx, metaBucket, aboutKey)
		if err == nil && !found {
			return errForeign
		}
		return err
	})
	return a, found, err
}

func putAbout(tx *bbolt.Tx, a about) error {
	value, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return put(tx, metaBucket, aboutKey, value)
}
