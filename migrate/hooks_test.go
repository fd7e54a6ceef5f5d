package migrate_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// hookless is an account whose webhooks may not be listed.
type hookless struct {
	migrate.Twilio
	asked atomic.Int64
}

var errForbidden = errors.New("GET /v1/Configuration: 403 Forbidden")

func (h *hookless) refuse() iter.Seq2[string, error] {
	h.asked.Add(1)
	return func(yield func(string, error) bool) { yield("", errForbidden) }
}

func (h *hookless) Hooks(context.Context) iter.Seq2[string, error] { return h.refuse() }
func (h *hookless) HooksOf(context.Context, mapping.Conversation) iter.Seq2[string, error] {
	return h.refuse()
}

// What tells somebody of conversations in Twilio is counted, as far as it can be
// listed and belongs to what is carried; nothing waits for it.
func TestHooksAreCounted(t *testing.T) {
	w := newWorld(t, snapshotDir("contoso"), nil)
	plan := func(src migrate.Twilio) *migrate.Report {
		t.Helper()
		l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		report, err := migrate.Plan(t.Context(), src, l, w.rules, &w.opts)
		if err != nil {
			t.Fatalf("Plan: %v", err)
		}
		return report
	}
	lost := func(report *migrate.Report) migrate.LossCount {
		t.Helper()
		i := slices.IndexFunc(report.Losses, func(l migrate.LossCount) bool { return l.Code == mapping.LossPushAndWebhooks })
		if i < 0 {
			t.Fatalf("no %s among %v", mapping.LossPushAndWebhooks, report.Losses)
		}
		return report.Losses[i]
	}
	want := plan(w.snapshot())
	if l := lost(want); l.Count != 8 || len(l.Examples) != 3 || l.Examples[0] != "ACfdf01423bb2310bdcd3aef899c85e914" {
		t.Errorf("%d hooks, such as %v; want the webhooks of the account, a service with notifications, three addresses and three webhooks", l.Count, l.Examples)
	}
	refused := &hookless{Twilio: w.snapshot()}
	got := plan(refused)
	if l := lost(got); l.Count != 1 || len(l.Examples) != 0 {
		t.Errorf("%d hooks, such as %v, where none can be listed; want the general loss", l.Count, l.Examples)
	}
	if got.Summary != want.Summary {
		t.Errorf("summary %+v, want %+v", got.Summary, want.Summary)
	}
	if n := refused.asked.Load(); n > 1+want.Summary.Conversations.Total {
		t.Errorf("asked %d times", n)
	}
}
