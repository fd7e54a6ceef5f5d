package migrate_test

import (
	"os"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// Whoever goes on with a copy of the ledger finds in ACS what was done after it
// was taken: threads, messages and edits, none of them twice.
func TestRunGoesOnFromACopy(t *testing.T) {
	want := newWorld(t, snapshotDir("tiny"), nil)
	want.mustRun()
	for at := int64(1); at <= 14; at += 3 {
		w := newWorld(t, snapshotDir("tiny"), nil)
		w.opts.Active = 1
		l := w.ledger() // one that knows everybody, so that nobody is lost with the copy
		for _, p := range want.persons() {
			id, err := w.destination(nil).CreateUser(t.Context(), false)
			must(t, err)
			p.ID = id
			must(t, l.RecordPerson(p))
		}
		must(t, l.Close())
		w.crash(at, 0)
		copyOf := w.ledger()
		must(t, copyOf.CloseClean())
		taken, err := os.ReadFile(checkpoint.BackupPath(w.ledgerPath()))
		must(t, err)
		w.mustRun()
		must(t, os.WriteFile(w.ledgerPath(), taken, 0o600))
		r := w.mustRun()
		if r.Summary.Incomplete() {
			t.Fatalf("copy taken at %d: incomplete: %+v", at, r.Problems)
		}
		if d := firstDifference(w.threads(), want.threads()); d != "" {
			t.Errorf("copy taken at %d: threads differ: %s", at, d)
		}
		stats, err := w.server.Stats()
		must(t, err)
		if stats.Threads != 3 {
			t.Errorf("copy taken at %d: %d threads, want 3", at, stats.Threads)
		}
		if v := w.verify(); !v.OK() {
			t.Errorf("copy taken at %d: %v", at, v.Differences)
		}
		again, err := checkpoint.OpenReader(w.ledgerPath(), nil)
		must(t, err)
		if _, ok := again.Restored(); ok {
			t.Errorf("copy taken at %d: it still counts as one", at)
		}
		must(t, again.Close())
	}
}

// persons are those that the ledger knows.
func (w *world) persons() []mapping.PersonRecord {
	w.t.Helper()
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(w.t, err)
	defer l.Close()
	var out []mapping.PersonRecord
	for p, err := range l.Persons() {
		must(w.t, err)
		out = append(out, p)
	}
	return out
}
