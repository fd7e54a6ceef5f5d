package checkpoint

import (
	"encoding/json"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// LastRun is the latest run; false when there was none.
func (r *Reader) LastRun() (run mapping.RunRecord, found bool, err error) {
	err = r.view(func(tx *bbolt.Tx) error {
		run, found, err = last[mapping.RunRecord](tx, runBucket)
		return err
	})
	return run, found, err
}

// BeginRun opens the next run. It is on disk on return.
func (l *Ledger) BeginRun(now time.Time) (mapping.RunRecord, error) {
	var run mapping.RunRecord
	err := l.commit(func(t *transaction) error {
		before, _, err := last[mapping.RunRecord](t.Tx, runBucket)
		if err != nil {
			return err
		}
		run = mapping.RunRecord{Number: before.Number + 1, Started: now, Beat: now, Before: t.now().Counts}
		t.after = append(t.after, func() { l.run = run })
		return putRun(t, run)
	})
	return run, err
}

var errNoRun = errors.New("note a sign of life: no run has been begun")

// Beat notes a sign of life of the run that BeginRun opened; with ended, its
// clean end and the exit code. It is on disk on return. After the end, nothing
// is noted any more.
func (l *Ledger) Beat(now time.Time, ended bool, exit int) error {
	if !l.running() {
		return errNoRun
	}
	return l.commit(func(t *transaction) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		if !l.run.Ended.IsZero() {
			return nil
		}
		l.run.Beat = now
		if ended {
			l.run.Ended, l.run.Exit = now, exit
		}
		return putRun(t, l.run)
	})
}

func (l *Ledger) running() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.run.Number > 0
}

func putRun(t *transaction, run mapping.RunRecord) error {
	value, err := json.Marshal(run)
	if err != nil {
		return err
	}
	return put(t.Tx, runBucket, numberKey(uint64(run.Number)), value)
}
