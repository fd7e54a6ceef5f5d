package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
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

// listen makes a plan and hands what it tells on.
func (w *world) listen(change func(migrate.Change), planned func(migrate.PlannedConversation)) *migrate.Report {
	w.t.Helper()
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(w.t, err)
	defer l.Close()
	opts := w.opts
	opts.Changes = func(c migrate.Change) error { change(c); return nil }
	opts.Planned = func(c migrate.PlannedConversation) error { planned(c); return nil }
	r, err := migrate.Plan(context.Background(), w.snapshot(), l, w.rules, &opts)
	must(w.t, err)
	return r
}

// A plan tells everything in one order, whatever comes first: in that of the
// source.
func TestPlanTellsInOrder(t *testing.T) {
	w := newWorld(t, snapshotDir("contoso"), nil)
	must(t, w.ledger().Close())
	tell := func() (told []string) {
		w.listen(func(c migrate.Change) {
			told = append(told, fmt.Sprint(c.Kind, " ", c.Verb, " ", c.Item, " ", c.Name, " ", c.Conversation))
		}, func(c migrate.PlannedConversation) { told = append(told, "end of "+string(c.Conversation.SID)) })
		return told
	}
	first := tell()
	var got []string
	for _, line := range first {
		if sid, ok := strings.CutPrefix(line, "end of "); ok {
			got = append(got, sid)
		}
	}
	var want []string
	for _, c := range readLines(t, w.source)["conversations.jsonl"] {
		want = append(want, c["sid"].(string))
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("conversations (-told +source):\n%s", d)
	}
	for range 5 {
		if d := cmp.Diff(tell(), first); d != "" {
			t.Fatalf("told otherwise the next time:\n%s", d)
		}
	}
}

// What a plan tells of single conversations adds up to its report.
func TestPlannedConversationsAddUp(t *testing.T) {
	w := newWorld(t, snapshotDir("contoso"), nil)
	must(t, w.ledger().Close())
	for _, when := range []string{"before the run", "after it"} {
		losses := map[mapping.LossCode]int{}
		var messages, files int64
		r := w.listen(func(migrate.Change) {}, func(c migrate.PlannedConversation) {
			messages += c.Summary.Messages.Total
			files += c.Summary.Media.Total
			for code, n := range c.Losses {
				losses[code] += n
			}
		})
		if messages != r.Summary.Messages.Total || files != r.Summary.Media.Total {
			t.Errorf("%s: %d messages and %d files, want %d and %d", when, messages, files, r.Summary.Messages.Total, r.Summary.Media.Total)
		}
		for _, l := range r.Losses {
			if !l.Code.Info().Account && losses[l.Code] != l.Count {
				t.Errorf("%s: %d × %s, want %d", when, losses[l.Code], l.Code, l.Count)
			}
		}
		w.mustRun()
	}
}

// A plan that may look finds the files that are gone, as the run then does.
func TestPlanLooksForMedia(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	must(t, w.ledger().Close())
	w.change(func(l lines) {
		l.message(0, 4)["media"] = []any{map[string]any{"sid": sid("ME", 1), "size": 3, "content_type": "image/png", "filename": "gone.png"}}
	})
	must(t, os.Remove(filepath.Join(w.source, "media", sid("ME", 1))))
	if r := w.plan(); r.Summary.Media.Failed != 0 {
		t.Errorf("without looking: %+v", r.Summary.Media)
	}
	snapshot := w.snapshot()
	w.opts.CheckMedia = func(ctx context.Context, c mapping.Conversation, f mapping.Media) error {
		file, err := snapshot.OpenMedia(ctx, c, f)
		if err != nil {
			return err
		}
		return file.Close()
	}
	plan := w.plan()
	r := w.mustRun()
	if r.Summary.Media.Failed != 1 || !has(r.Losses, mapping.LossMediaMissing) {
		t.Fatalf("the run finds everything: %+v", r.Summary.Media)
	}
	r.Run = 0
	if d := cmp.Diff(plan, r); d != "" {
		t.Errorf("(-plan +run):\n%s", d)
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
