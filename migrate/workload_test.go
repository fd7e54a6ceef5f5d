package migrate_test

import (
	"context"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// A forecast reckons with the very calls that a run then makes.
func TestForecastOfAPlan(t *testing.T) {
	for _, name := range []string{"tiny", "contoso"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, snapshotDir(name), nil)
			before := workload(t, w)
			f := migrate.Predict(before.Loads(), migrate.ForecastOptions{InboxOrder: true})
			w.mustRun()
			stats, err := w.server.Stats()
			must(t, err)
			made := stats.Calls
			for _, op := range []limits.Operation{limits.SendMessage, limits.CreateThread} {
				if int64(made[op]) != f.Calls[op] {
					t.Errorf("%s: %d calls made, %d predicted", op, made[op], f.Calls[op])
				}
			}
			if people := f.Calls[limits.CreateUserAndToken] + f.Calls[limits.CreateIdentity]; people < 1 ||
				people > int64(made[limits.CreateUserAndToken]+made[limits.CreateIdentity]) {
				t.Errorf("%d people predicted, %v made", people, made)
			}
			if left := workload(t, w).Loads(); len(left) > 0 {
				t.Errorf("after the run there is left: %+v", left)
			}
		})
	}
}

// workload is what a plan says is to be done.
func workload(t *testing.T, w *world) *migrate.Workload {
	t.Helper()
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(t, err)
	defer l.Close()
	opts, work := w.opts, migrate.NewWorkload()
	opts.Planned = work.Conversation
	_, err = migrate.Plan(context.Background(), w.snapshot(), l, w.rules, &opts)
	must(t, err)
	return work
}
