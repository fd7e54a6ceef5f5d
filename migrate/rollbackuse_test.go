package migrate_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Where people have used a thread it stays, with everybody in it, unless that is
// included.
func TestRollbackSparesWhatPeopleUse(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name   string
		do     func(*testing.T, *world, mapping.ThreadRecord, mapping.ChatMessage)
		reason string
		theirs int64
	}{
		{"they write", func(t *testing.T, w *world, rec mapping.ThreadRecord, _ mapping.ChatMessage) {
			for range 2 {
				_, err := w.chat().SendMessage(ctx, rec.CreatorID, rec.Thread, mapping.NewChatMessage{Content: "is it me?"}, nil)
				must(t, err)
			}
		}, "wrote 2 messages", 2},
		{"they write with our keys", func(t *testing.T, w *world, rec mapping.ThreadRecord, m mapping.ChatMessage) {
			_, err := w.chat().SendMessage(ctx, rec.CreatorID, rec.Thread, mapping.NewChatMessage{Content: "forwarded", Metadata: m.Metadata}, nil)
			must(t, err)
		}, "wrote a message", 1},
		{"they edit", func(t *testing.T, w *world, rec mapping.ThreadRecord, m mapping.ChatMessage) {
			text := "never said that"
			must(t, w.chat().UpdateMessage(ctx, m.Sender, rec.Thread, m.ID, &acsdest.UpdateMessageOptions{Content: &text}))
		}, "changed or deleted a message", 0},
		{"they delete", func(t *testing.T, w *world, rec mapping.ThreadRecord, m mapping.ChatMessage) {
			must(t, w.chat().DeleteMessage(ctx, m.Sender, rec.Thread, m.ID))
		}, "changed or deleted a message", 0},
		{"they add somebody", func(t *testing.T, w *world, rec mapping.ThreadRecord, _ mapping.ChatMessage) {
			id, err := w.destination(nil).CreateUser(ctx, false)
			must(t, err)
			_, err = w.chat().AddParticipants(ctx, rec.CreatorID, rec.Thread, []mapping.ChatParticipant{{User: id}}, nil)
			must(t, err)
		}, "one joined", 0},
		{"they change the topic", func(t *testing.T, w *world, rec mapping.ThreadRecord, _ mapping.ChatMessage) {
			topic := "ours now"
			must(t, w.chat().UpdateThread(ctx, rec.CreatorID, rec.Thread, &acsdest.UpdateThreadOptions{Topic: &topic}))
		}, "changed topic or metadata", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.mustRun()
			rec, m := w.newest()
			tt.do(t, w, rec, m)
			plan := w.planRollback(migrate.RollbackOptions{})
			r, inv := w.mustRollback(migrate.RollbackOptions{})
			if d := cmp.Diff(plan, r); d != "" {
				t.Errorf("the plan differs (-plan +rollback):\n%s", d)
			}
			if c := r.Summary.Conversations; c != (migrate.Tally{Total: 3, Deleted: 2, Blocked: 1}) || r.Used != 1 || r.Foreign != tt.theirs {
				t.Errorf("conversations %+v, %d used, %d messages of people", c, r.Used, r.Foreign)
			}
			want := []migrate.Problem{{Item: string(rec.Conversation), Status: mapping.StatusBlocked, Step: "roll back",
				Reason: "people have used the thread since: " + tt.reason}}
			if d := cmp.Diff(r.Problems, want); d != "" {
				t.Errorf("problems (-got +want):\n%s", d)
			}
			end := slices.IndexFunc(inv.lines(t), func(l inventoryLine) bool { return l.Kind == "end" && l.Kept == want[0].Reason })
			if end < 0 {
				t.Error("the inventory does not say why the thread stays")
			}
			if v := w.verify(); v.Summary.Conversations.Pending != 2 {
				t.Errorf("then %+v", v.Summary.Conversations)
			}
			r, _ = w.mustRollback(migrate.RollbackOptions{IncludeUsed: true})
			if c := r.Summary.Conversations; c != (migrate.Tally{Total: 1, Deleted: 1}) || len(r.Problems) > 0 {
				t.Errorf("included: %+v %v", c, r.Problems)
			}
			if threads := w.threads(); threads != "[]" {
				t.Errorf("threads are left: %.300s", threads)
			}
		})
	}
}

// What a run has done itself, noted or not, is nobody's use.
func TestRollbackKnowsItsOwn(t *testing.T) {
	for _, tt := range syncCases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.mustRun()
			w.change(tt.change)
			w.mustRun()
			if r, _ := w.mustRollback(migrate.RollbackOptions{}); r.Summary.Incomplete() {
				t.Errorf("incomplete: %+v %v", r.Summary, r.Problems)
			}
			w.checkNothingOfIt()
		})
	}
	for at := int64(1); at <= 15; at += 2 {
		w := newWorld(t, snapshotDir("tiny"), nil)
		w.crash(at, min(at, 3))
		if r, _ := w.mustRollback(migrate.RollbackOptions{}); r.Summary.Incomplete() || r.Foreign > 0 {
			t.Errorf("after a crash at %d: %+v %v", at, r.Summary, r.Problems)
		}
		w.checkNothingOfIt()
	}
}

// Whoever is in a thread of people's own stays, since their messages would go too.
func TestRollbackSparesUsersInOtherThreads(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	user := w.records()[0].CreatorID
	own, _, err := w.chat().CreateThread(t.Context(), user, mapping.NewChatThread{Topic: "of our own"}, nil)
	must(t, err)
	_, err = w.chat().SendMessage(t.Context(), user, own.ID, mapping.NewChatMessage{Content: "keep this"}, nil)
	must(t, err)
	plan := w.planRollback(migrate.RollbackOptions{IncludeUsed: true})
	r, _ := w.mustRollback(migrate.RollbackOptions{IncludeUsed: true})
	if d := cmp.Diff(plan, r); d != "" {
		t.Errorf("the plan differs (-plan +rollback):\n%s", d)
	}
	if r.Summary.Users.Blocked != 1 || len(r.Problems) != 1 || r.Problems[0].Item != string(user) {
		t.Errorf("users %+v, problems %v; want one blocked", r.Summary.Users, r.Problems)
	}
	if threads := w.threads(); !strings.Contains(threads, "keep this") {
		t.Errorf("what people wrote is gone: %s", threads)
	}
	w.mustRun()
	if v := w.verify(); !v.OK() {
		t.Errorf("differences: %v", v.Differences)
	}
}
