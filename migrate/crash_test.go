package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

var errCrash = errors.New("crash")

// crashing is a ledger whose process dies at an acknowledgement: some before it
// were still waiting for a flush and are lost with it.
type crashing struct {
	*checkpoint.Ledger
	seen       atomic.Int64
	kept, last int64
}

func (c *crashing) Acknowledge(sid mapping.ConversationSID, rec mapping.MessageRecord) error {
	switch n := c.seen.Add(1); {
	case n <= c.kept:
		return c.Ledger.Acknowledge(sid, rec)
	case n < c.last:
		return nil
	default:
		return errCrash
	}
}

// Flush fails once something is lost: nothing may rely on it.
func (c *crashing) Flush() error {
	if c.seen.Load() > c.kept {
		return errCrash
	}
	return c.Ledger.Flush()
}

// crash runs until the process dies with lost acknowledgements.
func (w *world) crash(at, lost int64) {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	// One conversation at a time: no other is folded while its messages are lost.
	opts := w.opts
	opts.Active = 1
	ledger := &crashing{Ledger: l, kept: at - lost, last: at}
	_, err := migrate.New(w.snapshot(), w.destination(nil), ledger, w.store, w.rules, &opts).Run(context.Background())
	if !errors.Is(err, errCrash) {
		w.t.Fatalf("error %v, want the crash", err)
	}
}

// Messages that were sent and never acknowledged are found in their threads.
func TestRunAdoptsWhatWasNotAcknowledged(t *testing.T) {
	want, _, _ := undisturbed(t, "tiny")
	for at := int64(1); at <= 15; at++ {
		for _, lost := range []int64{1, 2, 3} {
			if lost > at {
				continue
			}
			t.Run(fmt.Sprintf("at %d lost %d", at, lost), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, snapshotDir("tiny"), nil)
				w.crash(at, lost)
				if r := w.mustRun(); r.Summary.Incomplete() {
					t.Fatalf("incomplete: %+v %v", r.Summary, r.Problems)
				}
				if d := firstDifference(w.threads(), want); d != "" {
					t.Errorf("threads differ from those of an unbroken run: %s", d)
				}
				if v := w.verify(); !v.OK() {
					t.Errorf("differences: %v", v.Differences)
				}
			})
		}
	}
}

// What people do in a thread between a crash and the next run is left alone. A
// message of ours that they changed cannot be taken for what was sent: a person
// has to look.
func TestPeopleBetweenRuns(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name string
		do   func(*testing.T, *world, mapping.ThreadRecord, mapping.ChatMessage)
		open bool
		// theirs and doubles are how many messages of people are left alone and
		// how many of ours are deleted.
		theirs, doubles int64
	}{
		{"they write", func(t *testing.T, w *world, rec mapping.ThreadRecord, _ mapping.ChatMessage) {
			_, err := w.chat().SendMessage(ctx, rec.CreatorID, rec.Thread, mapping.NewChatMessage{Content: "is it me?"}, nil)
			must(t, err)
		}, false, 1, 0},
		{"they edit the message", func(t *testing.T, w *world, rec mapping.ThreadRecord, m mapping.ChatMessage) {
			text := "never said that"
			must(t, w.chat().UpdateMessage(ctx, m.Sender, rec.Thread, m.ID, &acsdest.UpdateMessageOptions{Content: &text}))
		}, true, 0, 0},
		{"the message stands there twice", func(t *testing.T, w *world, rec mapping.ThreadRecord, m mapping.ChatMessage) {
			_, err := w.chat().SendMessage(ctx, m.Sender, rec.Thread, mapping.NewChatMessage{
				Content: m.Content, SenderDisplayName: m.SenderDisplayName, Metadata: m.Metadata}, nil)
			must(t, err)
		}, false, 0, 1},
		{"the message stands there twice, and not the same", func(t *testing.T, w *world, rec mapping.ThreadRecord, m mapping.ChatMessage) {
			_, err := w.chat().SendMessage(ctx, m.Sender, rec.Thread, mapping.NewChatMessage{
				Content: m.Content + "!", SenderDisplayName: m.SenderDisplayName, Metadata: m.Metadata}, nil)
			must(t, err)
		}, true, 0, 0},
		{"somebody else sends its keys", func(t *testing.T, w *world, rec mapping.ThreadRecord, m mapping.ChatMessage) {
			_, err := w.chat().SendMessage(ctx, rec.CreatorID, rec.Thread, mapping.NewChatMessage{
				Content: "copied", Metadata: mapping.Metadata{mapping.KeyMessageSID: "IM00000000000000000000000000000009"}}, nil)
			must(t, err)
		}, true, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.crash(2, 1) // the second message of the first conversation is there, and nobody knows
			rec, newest := w.newest()
			tt.do(t, w, rec, newest)
			r := w.mustRun()
			c := r.Summary.Conversations
			if tt.open && (c.Open != 1 || c.Unchanged+c.Created != c.Total-1) {
				t.Errorf("conversations %+v, want one open and the others done: %v", c, r.Problems)
			}
			if !tt.open && r.Summary.Incomplete() {
				t.Errorf("incomplete: %+v %v", r.Summary, r.Problems)
			}
			if r.Doubles != tt.doubles {
				t.Errorf("%d doubles deleted, want %d", r.Doubles, tt.doubles)
			}
			if !tt.open {
				if v := w.verify(); !v.OK() || v.Foreign != tt.theirs {
					t.Errorf("differences %v, %d foreign messages, want none and %d", v.Differences, v.Foreign, tt.theirs)
				}
			}
		})
	}
}

// newest is the latest message of the one thread there is.
func (w *world) newest() (mapping.ThreadRecord, mapping.ChatMessage) {
	w.t.Helper()
	for _, rec := range w.records() {
		for m, err := range w.chat().ListMessages(context.Background(), rec.CreatorID, rec.Thread, nil) {
			if err != nil {
				w.t.Fatal(err)
			}
			if m.Metadata[mapping.KeyMessageSID] != "" {
				return rec, m
			}
		}
	}
	w.t.Fatal("no thread")
	return mapping.ThreadRecord{}, mapping.ChatMessage{}
}
