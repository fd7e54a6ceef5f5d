package migrate_test

import (
	"context"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// rollback is one process that rolls back. The inventory is in memory.
func (w *world) rollback(ctx context.Context, opts migrate.RollbackOptions) (*migrate.RollbackReport, *inventory, error) {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	inv := new(inventory)
	opts.Embedded, opts.Settle = w.opts.Embedded, w.opts.Settle
	r, err := migrate.Rollback(ctx, w.destination(nil), l, inv, &opts)
	return r, inv, err
}

func (w *world) mustRollback(opts migrate.RollbackOptions) (*migrate.RollbackReport, *inventory) {
	w.t.Helper()
	r, inv, err := w.rollback(context.Background(), opts)
	if err != nil {
		w.t.Fatalf("Rollback: %v", err)
	}
	return r, inv
}

// planRollback is one process that only tells what a rollback would do.
func (w *world) planRollback(opts migrate.RollbackOptions) *migrate.RollbackReport {
	w.t.Helper()
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(w.t, err)
	defer l.Close()
	r, err := migrate.PlanRollback(context.Background(), w.destination(nil), l, &opts)
	must(w.t, err)
	return r
}

// checkNothingOfIt demands that neither ACS nor the ledger has anything of a
// migration, but for identities whose creation got no answer: these are counted.
func (w *world) checkNothingOfIt() {
	w.t.Helper()
	if threads := w.threads(); threads != "[]" {
		w.t.Errorf("threads are left: %.300s", threads)
	}
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(w.t, err)
	defer l.Close()
	counts, err := l.Counts()
	must(w.t, err)
	if d := cmp.Diff(counts, mapping.Counts{Unused: counts.Unused}); d != "" {
		w.t.Errorf("the ledger holds (-got +want):\n%s", d)
	}
	for rec, err := range l.Threads() {
		w.t.Errorf("the ledger knows %+v, %v", rec, err)
	}
	for p, err := range l.Persons() {
		if err != nil || p.Unused == 0 || p.ID != "" || p.Deleting != "" || !p.BegunAt.IsZero() {
			w.t.Errorf("the ledger knows %+v, %v", p, err)
		}
	}
	stats, err := w.server.Stats()
	must(w.t, err)
	if left := int64(stats.Identities - stats.Calls[limits.DeleteIdentity]); left > counts.Unused {
		w.t.Errorf("%d identities are left, %d counted as unused", left, counts.Unused)
	}
}

// checkFresh demands that a run makes of the account what a first run does.
func (w *world) checkFresh(want string) {
	w.t.Helper()
	if r := w.mustRun(); r.Summary.Incomplete() {
		w.t.Fatalf("incomplete: %+v %v", r.Summary, r.Problems)
	}
	if d := firstDifference(w.threads(), want); d != "" {
		w.t.Errorf("threads differ from those of a first run: %s", d)
	}
	if v := w.verify(); !v.OK() {
		w.t.Errorf("differences: %v", v.Differences)
	}
}

// sidOf is the SID of conversation k.
func (w *world) sidOf(k int) mapping.ConversationSID {
	w.t.Helper()
	return mapping.ConversationSID(readLines(w.t, w.source)["conversations.jsonl"][k]["sid"].(string))
}
