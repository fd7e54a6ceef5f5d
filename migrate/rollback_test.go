package migrate_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// A rollback leaves nothing, and a run after it begins anew.
func TestRollbackUndoesARun(t *testing.T) {
	for _, name := range []string{"tiny", "contoso"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir(name), nil)
			sum := w.mustRun().Summary
			want := w.threads()
			plan := w.planRollback(migrate.RollbackOptions{})
			if d := firstDifference(w.threads(), want); d != "" {
				t.Errorf("a plan changes threads: %s", d)
			}
			r, inv := w.mustRollback(migrate.RollbackOptions{})
			gone := func(n int64) migrate.Tally { return migrate.Tally{Total: n, Deleted: n} }
			stored := sum.Media.Created
			if d := cmp.Diff(r, &migrate.RollbackReport{Run: 1, Summary: migrate.Summary{
				Users: gone(sum.Users.Total), Conversations: gone(sum.Conversations.Total), Participants: gone(sum.Participants.Total),
				Messages: gone(sum.Messages.Total), Media: migrate.Tally{Total: stored, Unchanged: stored},
			}}); d != "" {
				t.Errorf("rolled back (-got +want):\n%s", d)
			}
			if d := cmp.Diff(plan, r); d != "" {
				t.Errorf("the plan differs (-plan +rollback):\n%s", d)
			}
			w.checkNothingOfIt()
			checkInventory(t, inv, sum.Conversations.Total)
			if r, inv := w.mustRollback(migrate.RollbackOptions{}); r.Summary != (migrate.Summary{}) || inv.text.Len() > 0 {
				t.Errorf("a second rollback found %+v and wrote %d bytes", r.Summary, inv.text.Len())
			}
			w.checkFresh(want)
		})
	}
}

// Of some conversations alone nothing is left; the others, and whoever is in them,
// stay.
func TestRollbackOfSomeConversations(t *testing.T) {
	for k := range 3 {
		w := newWorld(t, snapshotDir("tiny"), nil)
		w.mustRun()
		want := w.threads()
		opts := migrate.RollbackOptions{Conversations: []mapping.ConversationSID{w.sidOf(k), "CHunknown"}}
		plan := w.planRollback(opts)
		r, _ := w.mustRollback(opts)
		if d := cmp.Diff(plan, r); d != "" {
			t.Errorf("conversation %d: the plan differs (-plan +rollback):\n%s", k, d)
		}
		if got := r.Summary.Conversations; got != (migrate.Tally{Total: 1, Deleted: 1}) || len(r.Problems) > 0 {
			t.Errorf("conversation %d: %+v %v", k, got, r.Problems)
		}
		if u := r.Summary.Users; u.Unchanged == 0 || u.Unchanged+u.Deleted != u.Total {
			t.Errorf("conversation %d: users %+v, want some to stay", k, u)
		}
		if d := cmp.Diff(r.Unknown, []mapping.ConversationSID{"CHunknown"}); d != "" {
			t.Errorf("unknown (-got +want):\n%s", d)
		}
		for _, rec := range w.records() {
			if rec.Conversation == w.sidOf(k) {
				t.Errorf("conversation %d is still in the ledger", k)
			}
		}
		if v := w.verify(); !v.OK() || v.Summary.Conversations.Pending != 1 {
			t.Errorf("conversation %d: differences %v, conversations %+v", k, v.Differences, v.Summary.Conversations)
		}
		w.checkFresh(want)
		w.mustRollback(migrate.RollbackOptions{})
		w.checkNothingOfIt()
	}
}

// A thread whose metadata do not say that it is ours is never deleted.
func TestRollbackWantsProof(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	rec := w.records()[0]
	must(t, w.chat().UpdateThread(t.Context(), rec.CreatorID, rec.Thread, &acsdest.UpdateThreadOptions{
		Metadata: mapping.Metadata{mapping.KeyConversationSID: ""}}))
	r, _ := w.mustRollback(migrate.RollbackOptions{IncludeUsed: true})
	if c := r.Summary.Conversations; c != (migrate.Tally{Total: 3, Deleted: 2, Blocked: 1}) ||
		!strings.Contains(r.Problems[0].Reason, "name another conversation, or none") {
		t.Errorf("conversations %+v, problems %v", c, r.Problems)
	}
}

// A thread that people have taken over whole can neither be read nor deleted.
func TestRollbackOfAThreadWithoutOurMembers(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	rec := w.records()[0]
	theirs, err := w.destination(nil).CreateUser(t.Context(), false)
	must(t, err)
	_, err = w.chat().AddParticipants(t.Context(), rec.CreatorID, rec.Thread, []mapping.ChatParticipant{{User: theirs}}, nil)
	must(t, err)
	for _, m := range rec.Members {
		must(t, w.chat().RemoveParticipant(t.Context(), theirs, rec.Thread, m.ID))
	}
	r, _ := w.mustRollback(migrate.RollbackOptions{IncludeUsed: true})
	if c := r.Summary.Conversations; c != (migrate.Tally{Total: 3, Deleted: 2, Blocked: 1}) ||
		!strings.Contains(r.Problems[0].Reason, "none of those who should be members of the thread can read it") {
		t.Errorf("conversations %+v, problems %v", c, r.Problems)
	}
}

// A run that was killed around the deletion of a thread, since its conversation is
// gone in Twilio, does not stumble over it later.
func TestRunKilledAsItDeletesAThread(t *testing.T) {
	for _, p := range []*process{{lastOf: limits.DeleteThread}, {noneOf: limits.DeleteThread}} {
		w := newWorld(t, snapshotDir("tiny"), nil)
		w.mustRun()
		w.change(func(l lines) {
			for _, file := range []string{"messages.jsonl", "participants.jsonl"} {
				for _, r := range l.in(file, 2) {
					l.remove(file, r)
				}
			}
			l.remove("conversations.jsonl", l["conversations.jsonl"][2])
		})
		l := w.ledger()
		opts := w.opts
		opts.Patience = 1 // a nanosecond: the dead do not wait
		_, err := migrate.New(w.snapshot(), w.destination(p), mortalLedger{l, p}, w.store, w.rules, &opts).Run(t.Context())
		if p.err() == nil {
			t.Fatalf("Run: %v, want it dead", err)
		}
		must(t, l.Close())
		r := w.mustRun()
		if r.Summary.Incomplete() || len(r.Problems) > 0 {
			t.Errorf("then %+v %v", r.Summary, r.Problems)
		}
		if n := len(w.records()); n != 2 {
			t.Errorf("the ledger knows %d conversations, want 2", n)
		}
		if v := w.verify(); !v.OK() {
			t.Errorf("differences: %v", v.Differences)
		}
	}
}

// Files are deleted when that is asked for, with their sidecars, and no others.
func TestRollbackDeletesMedia(t *testing.T) {
	w := newWorld(t, snapshotDir("contoso"), nil)
	sum := w.mustRun().Summary
	must(t, os.MkdirAll(filepath.Join(w.dir, "media", string(w.sidOf(0)), "mine"), 0o700))
	mine := filepath.Join(w.dir, "media", string(w.sidOf(0)), "mine", "file")
	must(t, os.WriteFile(mine, []byte("x"), 0o600))
	r, _ := w.mustRollback(migrate.RollbackOptions{Media: w.store})
	if m := r.Summary.Media; m.Deleted != sum.Media.Created || m.Unchanged > 0 || len(r.Problems) > 0 {
		t.Errorf("media %+v of %d, problems %v", m, sum.Media.Created, r.Problems)
	}
	var left []string
	must(t, filepath.WalkDir(filepath.Join(w.dir, "media"), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			left = append(left, path)
		}
		return err
	}))
	if !slices.Equal(left, []string{mine}) {
		t.Errorf("files are left: %q", left)
	}
}

// A thread whose creation was never answered is found among those of its creator.
func TestRollbackFindsHalfCreatedThreads(t *testing.T) {
	for _, committed := range []bool{true, false} {
		w := newWorld(t, snapshotDir("tiny"), &emulator.Options{Faults: []emulator.Fault{
			{Operation: limits.CreateThread, AfterCommit: committed, Drop: true},
		}})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		_, err := w.run(ctx)
		cancel()
		if err == nil {
			t.Fatal("the run did not stop")
		}
		if threads := w.threads(); (threads != "[]") != committed {
			t.Fatalf("committed %t: threads %.100s", committed, threads)
		}
		plan := w.planRollback(migrate.RollbackOptions{})
		r, _ := w.mustRollback(migrate.RollbackOptions{})
		if d := cmp.Diff(plan, r); d != "" {
			t.Errorf("the plan differs (-plan +rollback):\n%s", d)
		}
		w.checkNothingOfIt()
	}
}

// What is left of a canary goes, too.
func TestRollbackRemovesCanaries(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	w.kill(callsOfCanary(t) / 2)
	w.mustRollback(migrate.RollbackOptions{})
	w.checkNothingOfIt()
}
