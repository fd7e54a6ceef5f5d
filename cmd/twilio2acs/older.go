package main

import (
	"fmt"
	"time"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// olderError is a ledger of which a newer copy is known. Whoever goes on with it
// has to find out in ACS what was done since, and cannot find the users that were
// created.
type olderError struct {
	copy  string
	taken time.Time
	lost  bool // there is no ledger at all
}

func (e *olderError) Error() string {
	if e.lost {
		return fmt.Sprintf("there is no ledger, but its copy %s of %s", e.copy, e.taken.Format(time.RFC3339))
	}
	return fmt.Sprintf("the ledger is older than its copy %s of %s", e.copy, e.taken.Format(time.RFC3339))
}

// Hint is the remedy.
func (e *olderError) Hint() string {
	if e.lost {
		return "put that copy in its place; or, to begin anew, name another place with --backup"
	}
	return "put that copy in its place; or go on with the older one by --adopt-state, if that copy is of no use"
}

// admitOlder refuses a ledger of which a newer copy is among the backups, and one
// that was restored from a copy while a newer one stands beside it, unless it is
// to be taken over. A new one in the place of one that was lost is refused anyway:
// it would carry everything over a second time.
func (o stateOptions) admitOlder(binding mapping.Binding, copies *backups) error {
	if err := copies.admit(binding); err != nil {
		return err
	}
	ledger, err := o.read(binding)
	if err != nil {
		return err
	}
	defer ledger.Close()
	run, found, err := ledger.LastRun()
	if err != nil || found && o.adopt {
		return err
	}
	if c, ok := copies.latest(); ok && precedes(run, c.Run, c.Beat) {
		return &olderError{copy: c.File + " in " + copies.place, taken: c.Taken, lost: !found}
	}
	if _, ok := ledger.Restored(); !ok {
		return nil
	}
	return o.admitBeside(run)
}

// admitBeside refuses a ledger with that as its latest run when the copy beside
// it has seen more.
func (o stateOptions) admitBeside(run mapping.RunRecord) error {
	beside := checkpoint.BackupPath(o.path)
	r, err := checkpoint.OpenReader(beside, nil)
	if err != nil {
		return nil // a copy that cannot be read is no better one
	}
	defer r.Close()
	last, _, err := r.LastRun()
	if err != nil || !precedes(run, last.Number, last.Beat) {
		return err
	}
	taken, _ := r.Restored()
	return &olderError{copy: beside, taken: taken}
}

// precedes reports whether a ledger whose latest run is that was written before
// another, which knows this run and its sign of life.
func precedes(run mapping.RunRecord, number int, beat time.Time) bool {
	return number > run.Number || number == run.Number && beat.After(run.Beat)
}
