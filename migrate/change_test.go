package migrate_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// told is a plan whose changes are added up.
func (w *world) told() (*migrate.Report, map[string]map[migrate.Verb]int64) {
	w.t.Helper()
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer l.Close()
	counts := map[string]map[migrate.Verb]int64{}
	opts := w.opts
	conversation := ""
	seen := map[string]bool{}
	opts.Changes = func(c migrate.Change) error {
		if counts[c.Kind] == nil {
			counts[c.Kind] = map[migrate.Verb]int64{}
		}
		counts[c.Kind][c.Verb]++
		if of := string(c.Conversation); of != conversation && c.Kind != migrate.KindUser && c.Verb != migrate.VerbDelete {
			if seen[of] {
				w.t.Errorf("changes of %s do not come together", of)
			}
			conversation, seen[of] = of, true
		}
		return nil
	}
	r, err := migrate.Plan(context.Background(), w.snapshot(), l, w.rules, &opts)
	if err != nil {
		w.t.Fatalf("Plan: %v", err)
	}
	return r, counts
}

// tellTallies is what the changes of a plan must add up to.
func tellTallies(s migrate.Summary) map[string]map[migrate.Verb]int64 {
	out := map[string]map[migrate.Verb]int64{}
	for kind, t := range map[string]migrate.Tally{
		migrate.KindUser: s.Users, migrate.KindConversation: s.Conversations, migrate.KindParticipant: s.Participants,
		migrate.KindMessage: s.Messages, migrate.KindMedia: s.Media,
	} {
		verbs := map[migrate.Verb]int64{}
		for verb, n := range map[migrate.Verb]int64{
			migrate.VerbCreate: t.Created, migrate.VerbUpdate: t.Updated, migrate.VerbDelete: t.Deleted,
			migrate.VerbUnchanged: t.Unchanged, migrate.VerbFailed: t.Failed,
		} {
			if n > 0 {
				verbs[verb] = n
			}
		}
		if len(verbs) > 0 {
			out[kind] = verbs
		}
	}
	return out
}

// A plan tells of every item what its counters count.
func TestPlanTellsEveryItem(t *testing.T) {
	for _, name := range []string{"tiny", "contoso"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, snapshotDir(name), nil)
			must(t, w.ledger().Close())
			r, counts := w.told()
			if d := cmp.Diff(counts, tellTallies(r.Summary)); d != "" {
				t.Errorf("before the run (-told +counted):\n%s", d)
			}
			w.mustRun()
			r, counts = w.told()
			if d := cmp.Diff(counts, tellTallies(r.Summary)); d != "" {
				t.Errorf("after the run (-told +counted):\n%s", d)
			}
		})
	}
	for _, tt := range syncCases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.mustRun()
			w.change(tt.change)
			r, counts := w.told()
			if d := cmp.Diff(counts, tellTallies(r.Summary)); d != "" {
				t.Errorf("(-told +counted):\n%s", d)
			}
		})
	}
}

// Whoever listens can end the plan.
func TestPlanEndsWithItsListener(t *testing.T) {
	w := newWorld(t, snapshotDir("contoso"), nil)
	must(t, w.ledger().Close())
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(t, err)
	defer l.Close()
	full := errors.New("full")
	opts, n := w.opts, 0
	opts.Changes = func(migrate.Change) error {
		n++
		if n == 20 {
			return full
		}
		return nil
	}
	if _, err := migrate.Plan(t.Context(), w.snapshot(), l, w.rules, &opts); !errors.Is(err, full) {
		t.Errorf("Plan = %v, want the listener's error", err)
	}
	if n != 20 {
		t.Errorf("told %d changes, want none after the error", n)
	}
}
