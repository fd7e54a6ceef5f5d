package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// everything changes tiny in all ways at once.
func everything(l lines) {
	l.insert("messages.jsonl", l.message(0, 5), func(m resource) {
		m["sid"], m["index"], m["body"], m["author"], m["participant_sid"] = sid("IM", 1), 41, "hello", "late.comer", sid("MB", 1)
	})
	l.insert("participants.jsonl", l.in("participants.jsonl", 0)[1], func(p resource) {
		p["sid"], p["identity"] = sid("MB", 1), "late.comer"
	})
	l.message(0, 1)["body"] = "Hello! Never mind."
	l.message(0, 2)["attributes"] = `{"reaction":"👍"}`
	l.remove("messages.jsonl", l.message(1, 1)) // its author has left
	l.remove("participants.jsonl", l.in("participants.jsonl", 1)[1])
	l.message(2, 1)["body"] = "short now" // it was in two parts
	l["conversations.jsonl"][2]["friendly_name"] = "GPS firmware"
	for _, p := range l.in("participants.jsonl", 2) {
		p["last_read_message_index"] = 3
	}
	l.insert("conversations.jsonl", l["conversations.jsonl"][0], func(c resource) {
		c["sid"], c["unique_name"] = sid("CH", 1), "another"
	})
}

// changedWorld is a migration of tiny that is done, after which everything has
// changed in Twilio. Arrived is told of each request from then on.
func changedWorld(t *testing.T, arrived func(n int64)) *world {
	t.Helper()
	var n atomic.Int64
	var changed atomic.Bool
	w := newWorld(t, snapshotDir("tiny"), &emulator.Options{OnRequest: func(e emulator.Event) {
		if e.Phase == emulator.Arrived && changed.Load() {
			if k := n.Add(1); arrived != nil {
				arrived(k)
			}
		}
	}})
	w.opts.MaxDelete = 50
	w.mustRun()
	w.change(everything)
	w.opts.Settle = 20 * time.Millisecond
	changed.Store(true)
	return w
}

// synced is what an undisturbed sync makes of everything, and in how many calls.
func synced(t *testing.T) (standing string, calls int64) {
	t.Helper()
	var last atomic.Int64
	w := changedWorld(t, func(n int64) { last.Store(max(last.Load(), n)) })
	if r := w.mustRun(); r.Summary.Incomplete() {
		t.Fatalf("incomplete: %+v %v", r.Summary, r.Problems)
	}
	calls = last.Load()
	return w.standing(), calls
}

// finished checks a sync that has come to its end.
func finished(t *testing.T, w *world, want string) {
	t.Helper()
	r := w.mustRun()
	if r.Summary.Incomplete() {
		t.Fatalf("incomplete: %+v %v", r.Summary, r.Problems)
	}
	if d := firstDifference(w.standing(), want); d != "" {
		t.Errorf("threads differ from those of an undisturbed sync: %s", d)
	}
	if v := w.verify(); !v.OK() {
		t.Errorf("differences: %v", v.Differences)
	}
	if again := w.mustRun().Summary.All(); again.Created+again.Updated+again.Deleted > 0 {
		t.Errorf("the next run changed something: %+v", again)
	}
}

// A sync whose connection is cut around any single call ends as if nothing had
// happened.
func TestSyncSurvivesEachFault(t *testing.T) {
	want, calls := synced(t)
	step := 2
	if testing.Short() {
		step = 12
	}
	for i, f := range callFaults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for k := i % step; k < int(calls); k += step {
				t.Run(fmt.Sprint(k), func(t *testing.T) {
					t.Parallel()
					w := changedWorld(t, nil)
					fault := f.fault
					fault.Skip, fault.Times = k, 1
					w.server.Inject(fault)
					finished(t, w, want)
				})
			}
		})
	}
}

// A sync that is told to stop at any call ends at once, and the next run goes on
// from there.
func TestSyncResumesAfterEachStop(t *testing.T) {
	want, calls := synced(t)
	step := int64(2)
	if testing.Short() {
		step = 12
	}
	for k := int64(1); k <= calls; k += step {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			w := changedWorld(t, func(n int64) {
				if n == k {
					cancel()
				}
			})
			if _, err := w.run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatalf("stopped run: %v", err)
			}
			finished(t, w, want)
		})
	}
}

// What somebody changed in ACS is theirs: the sync leaves it alone, says so once,
// and carries the rest.
func TestSyncLeavesPeopleAlone(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	m := w.some(3)
	text, topic := "my own words", "our own topic"
	chat := w.chat()
	must(t, chat.UpdateMessage(t.Context(), m[1].msg.Sender, m[1].thread.Thread, m[1].msg.ID, updateContent(text)))
	must(t, chat.DeleteMessage(t.Context(), m[2].msg.Sender, m[2].thread.Thread, m[2].msg.ID))
	must(t, chat.UpdateThread(t.Context(), m[0].thread.Acting(), m[0].thread.Thread, updateTopic(topic)))
	w.change(func(l lines) {
		for k, c := range l["conversations.jsonl"] {
			if c["sid"] != string(m[0].thread.Conversation) {
				continue
			}
			c["friendly_name"], c["attributes"] = "what Twilio calls it", `{"seen":true}`
			for _, r := range l.in("messages.jsonl", k) {
				for _, of := range m[:3] {
					if r["sid"] == of.msg.Metadata[mapping.KeyMessageSID] {
						r["body"] = "edited in Twilio"
					}
				}
			}
		}
	})
	r := w.mustRun()
	if !has(r.Losses, mapping.LossEditedInACS) || !has(r.Losses, mapping.LossThreadChangedInACS) {
		t.Errorf("losses %+v do not tell of it", r.Losses)
	}
	got := make([]mapping.ChatMessage, 3)
	for i := range got {
		var err error
		got[i], err = chat.FetchMessage(t.Context(), m[i].thread.Acting(), m[i].thread.Thread, m[i].msg.ID)
		must(t, err)
	}
	if got[0].Content != "edited in Twilio" || got[1].Content != text || got[2].DeletedOn.IsZero() {
		t.Errorf("the messages say %q, %q and %q (deleted %v)", got[0].Content, got[1].Content, got[2].Content, got[2].DeletedOn)
	}
	thread, err := chat.FetchThread(t.Context(), m[0].thread.Acting(), m[0].thread.Thread)
	must(t, err)
	if thread.Topic != topic || thread.Metadata[mapping.KeyAttributes] != `{"seen":true}` {
		t.Errorf("topic %q, metadata %v", thread.Topic, thread.Metadata)
	}
	if again := w.mustRun().Summary.All(); again.Created+again.Updated+again.Deleted > 0 {
		t.Errorf("the next run changed something: %+v", again)
	}
	if v := w.verify(); !v.OK() {
		t.Errorf("differences: %v", v.Differences)
	}
}

// More than may be deleted is withheld, and nothing of it deleted.
func TestSyncWithholdsManyDeletions(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	before := w.threads()
	w.change(func(l lines) {
		for range 4 {
			l.remove("messages.jsonl", l.message(0, 0))
		}
	})
	plan, r := w.plan(), w.mustRun()
	if m := r.Summary.Messages; m.Pending != 4 || m.Deleted != 0 || plan.Summary != r.Summary || !has(r.Losses, mapping.LossDeleteWithheld) {
		t.Errorf("messages %+v, want four pending; plan %+v", m, plan.Summary.Messages)
	}
	if d := firstDifference(w.threads(), before); d != "" {
		t.Errorf("something was deleted: %s", d)
	}
	w.opts.MaxDelete = 30
	if m := w.mustRun().Summary.Messages; m.Deleted != 4 || m.Pending != 0 {
		t.Errorf("messages %+v, want four deleted", m)
	}
}

// A message that appears below the last one carried stands behind it, and stays
// there.
func TestSyncOfALateMessage(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	var late resource
	w.change(func(l lines) {
		late = l.message(0, 2)
		l.remove("messages.jsonl", late)
	})
	w.mustRun()
	w.change(func(l lines) {
		l.insert("messages.jsonl", l.message(0, 1), func(m resource) { clear(m); copyInto(m, late) })
	})
	plan, r := w.plan(), w.mustRun()
	if plan.Summary != r.Summary || r.Summary.Messages.Created != 1 || !has(r.Losses, mapping.LossOutOfOrder) {
		t.Errorf("messages %+v, losses %+v", r.Summary.Messages, r.Losses)
	}
	w.change(func(l lines) {
		l.insert("messages.jsonl", l.message(0, 5), func(m resource) { m["sid"], m["index"] = sid("IM", 2), 77 })
	})
	if m := w.mustRun().Summary; m.Messages.Created != 1 || m.Incomplete() {
		t.Errorf("after it: %+v", m)
	}
	if v := w.verify(); !v.OK() {
		t.Errorf("differences: %v", v.Differences)
	}
}

func copyInto(m, from resource) {
	for k, v := range from {
		m[k] = v
	}
}

// Whoever acts in a thread may leave; if everybody does, the keeper stays until
// somebody comes back.
func TestSyncWhenEverybodyLeaves(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	var gone []resource
	w.change(func(l lines) {
		gone = l.in("participants.jsonl", 0)
		for _, p := range gone {
			l.remove("participants.jsonl", p)
		}
	})
	if r := w.mustRun(); r.Summary.Participants.Deleted != 2 || r.Summary.Incomplete() {
		t.Errorf("after all left: %+v, problems %v", r.Summary, r.Problems)
	}
	if v := w.verify(); !v.OK() {
		t.Errorf("differences: %v", v.Differences)
	}
	w.change(func(l lines) {
		l["participants.jsonl"] = append(l["participants.jsonl"], gone...)
		l.insert("messages.jsonl", l.message(0, 5), func(m resource) { m["sid"], m["index"], m["body"] = sid("IM", 1), 90, "back" })
	})
	if s := w.mustRun().Summary; s.Participants.Created != 2 || s.Messages.Created != 1 || s.Incomplete() {
		t.Errorf("after they came back: %+v", s)
	}
	if v := w.verify(); !v.OK() {
		t.Errorf("differences: %v", v.Differences)
	}
	for _, th := range w.members() {
		if th["keeper "] {
			t.Errorf("the keeper is still a member: %v", th)
		}
	}
}

// members are those of each thread, by name.
func (w *world) members() []map[string]bool {
	w.t.Helper()
	threads, err := w.server.Dump(w.names())
	must(w.t, err)
	out := make([]map[string]bool, len(threads))
	for i, th := range threads {
		out[i] = map[string]bool{}
		for _, m := range th.Members {
			out[i][m.User] = true
		}
	}
	return out
}

// What cannot change in ACS is said once, not by every run.
func TestSyncTellsOfChangedParticipantsOnce(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	w.change(func(l lines) { l.in("participants.jsonl", 0)[0]["attributes"] = `{"vip":true}` })
	plan, r := w.plan(), w.mustRun()
	if !has(plan.Losses, mapping.LossParticipantChanged) || !has(r.Losses, mapping.LossParticipantChanged) {
		t.Error("the change is not told of")
	}
	for range 2 {
		for _, l := range w.mustRun().Losses {
			if l.Code == mapping.LossParticipantChanged && l.Count != 1 {
				t.Errorf("told of %d times, want once", l.Count)
			}
		}
	}
	if v := w.verify(); !v.OK() {
		t.Errorf("differences: %v", v.Differences)
	}
}

func updateContent(text string) *acsdest.UpdateMessageOptions {
	return &acsdest.UpdateMessageOptions{Content: &text}
}

func updateTopic(topic string) *acsdest.UpdateThreadOptions {
	return &acsdest.UpdateThreadOptions{Topic: &topic}
}

// carried is one message as it stands in ACS after a run.
type carried struct {
	thread mapping.ThreadRecord
	msg    mapping.ChatMessage
}

// some finds n messages of one part in one thread, in order.
func (w *world) some(n int) []carried {
	w.t.Helper()
	for _, rec := range w.records() {
		var out []carried
		for m, err := range w.chat().ListMessages(context.Background(), rec.Acting(), rec.Thread, nil) {
			must(w.t, err)
			if m.Metadata[mapping.KeyMessageSID] != "" && m.Metadata[mapping.KeyPart] == "" {
				out = append(out, carried{rec, m})
			}
		}
		slices.Reverse(out)
		if len(out) >= n {
			return out[:n]
		}
	}
	w.t.Fatalf("no thread of %d messages", n)
	return nil
}
