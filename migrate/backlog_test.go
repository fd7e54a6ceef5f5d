package migrate_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// backlog is what waits now, and where.
func (w *world) backlog() (*migrate.Backlog, []migrate.Waiting) {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	var list []migrate.Waiting
	b, err := migrate.ReadBacklog(w.t.Context(), w.snapshot(), l, w.rules, func(x migrate.Waiting) { list = append(list, x) })
	if err != nil {
		w.t.Fatalf("ReadBacklog: %v", err)
	}
	return b, list
}

func TestBacklog(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	unmeasured := cmpopts.IgnoreFields(migrate.Backlog{}, "At", "Took")
	before, list := w.backlog()
	if diff := cmp.Diff(&migrate.Backlog{
		Conversations: 3, Behind: 3, Waiting: 15, Longest: 6, Oldest: time.Date(2024, 3, 5, 9, 14, 24, 0, time.UTC),
	}, before, unmeasured); diff != "" {
		t.Errorf("before the first run (-want +got):\n%s", diff)
	}
	if len(list) != 3 || before.Lag() < 24*time.Hour {
		t.Errorf("%d conversations are named, want 3; lag %s", len(list), before.Lag())
	}
	w.mustRun()
	now, list := w.backlog()
	if diff := cmp.Diff(&migrate.Backlog{Conversations: 3}, now, unmeasured); diff != "" || len(list) != 0 || now.Lag() != 0 {
		t.Errorf("after it (-want +got):\n%s%v", diff, list)
	}
	w.change(func(l lines) {
		last := l.in("messages.jsonl", 0)[5]
		l.insert("messages.jsonl", last, func(r resource) {
			r["sid"], r["index"], r["date_created"] = "IM00000000000000000000000000000001", 9, "2025-01-01T00:00:00Z"
		})
	})
	_, list = w.backlog()
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	want := []migrate.Waiting{{Conversation: w.records()[0].Conversation, Messages: 1, Index: 9, Oldest: at, Newest: at}}
	if diff := cmp.Diff(want, list, cmpopts.IgnoreFields(migrate.Waiting{}, "Service", "Conversation")); diff != "" {
		t.Errorf("one that came later (-want +got):\n%s", diff)
	}
}

// Expressions get to know of erased people what they do in a run: nothing.
func TestBacklogAsksAsRunDoes(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.rules.Expressions = &mapping.Expressions{
		CarriesMessage: func(_ mapping.Conversation, m mapping.Message) (bool, error) { return m.Author != "nora.lind", nil },
	}
	before, _ := w.backlog()
	w.decide(mapping.Decision{Key: tinyUser("nora.lind"), Action: mapping.ActionAnonymise, Pseudonym: "Person 1a2b3c4d"})
	waiting, _ := w.backlog()
	run := w.mustRun()
	if sent := run.Summary.Messages.Created; waiting.Waiting != sent || sent <= before.Waiting {
		t.Errorf("%d messages wait, %d before the decision; a run carries %d", waiting.Waiting, before.Waiting, sent)
	}
}

func TestBacklogEstimate(t *testing.T) {
	b := migrate.Backlog{Longest: 30, Took: time.Minute}
	if got, want := b.Estimate(2*time.Second), 2*time.Minute; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
