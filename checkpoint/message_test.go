package checkpoint_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestAcknowledgeRefuses(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	c := conversation(1)
	must(t, l.Acknowledge(c, message(1, 5)))
	ids := message(1, 6).IDs
	for _, tt := range []struct {
		name string
		in   mapping.MessageRecord
		err  string
	}{
		{"the same index", mapping.MessageRecord{Index: 5, IDs: ids}, "its index is not above that of the last one, 5"},
		{"a lower index", mapping.MessageRecord{Index: 4, IDs: ids}, "its index is not above that of the last one, 5"},
		{"a negative index", mapping.MessageRecord{Index: -1, IDs: ids}, "its index is not above that of the last one, 5"},
		{"an index beyond all", mapping.MessageRecord{Index: math.MaxInt64, IDs: ids}, "an index is at most"},
		{"no ID", mapping.MessageRecord{Index: 6}, "it has no ACS message ID"},
		{"an amendment", mapping.MessageRecord{Index: 6, IDs: ids, Amendment: &mapping.Amendment{}}, "it is amended before it was acknowledged"},
		{"an empty ID", mapping.MessageRecord{Index: 6, IDs: []mapping.ChatMessageID{"1", ""}}, "it has no ACS message ID"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := l.Acknowledge(c, tt.in)
			prefix := fmt.Sprintf("acknowledge message %d of %s: ", tt.in.Index, c)
			if err == nil || !strings.HasPrefix(err.Error(), prefix+tt.err) {
				t.Errorf("Acknowledge = %v; want %q", err, prefix+tt.err)
			}
		})
	}
	must(t, l.Fold(c))
	if err := l.Acknowledge(c, message(1, 5)); err == nil {
		t.Error("the same index after Fold: no error")
	}
	if got := collect(t, l.Messages(c)); len(got) != 1 {
		t.Errorf("%d messages, want 1", len(got))
	}
}

func TestAcknowledgementsAreSeenAtOnce(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	c := conversation(1)
	if got, err := l.Progress(c); got != (mapping.Progress{LastIndex: -1}) || err != nil {
		t.Errorf("Progress before the first message = %+v, %v", got, err)
	}
	m := message(1, 3)
	m.Stub = true
	m.IDs = append(m.IDs, "1763715600999")
	must(t, l.Acknowledge(c, m))
	want := mapping.Progress{Messages: 1, LastIndex: 3, LastID: "1763715600999"}
	if got, err := l.Progress(c); got != want || err != nil {
		t.Errorf("Progress = %+v, %v; want %+v", got, err, want)
	}
	if diff := cmp.Diff(collect(t, l.Messages(c)), []mapping.MessageRecord{m}); diff != "" {
		t.Errorf("Messages -got +want:\n%s", diff)
	}
	if got, err := l.Counts(); got != (mapping.Counts{Messages: 1, Stubs: 1}) || err != nil {
		t.Errorf("Counts = %+v, %v", got, err)
	}
}

// A consumer may do with the ledger what it likes while it lists messages.
func TestMessagesWhileTheLedgerChanges(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	c := conversation(1)
	const before = 2500
	for i := range int64(before) {
		must(t, l.Acknowledge(c, message(1, i)))
		if i == 1700 {
			must(t, l.Fold(c))
		}
	}
	next := int64(0)
	for m, err := range l.Messages(c) {
		must(t, err)
		if m.Index != next {
			t.Fatalf("message %d came instead of %d", m.Index, next)
		}
		next++
		if m.Index%500 == 0 {
			must(t, l.Acknowledge(c, message(1, before+m.Index)))
			must(t, l.RecordThread(mapping.ThreadRecord{Conversation: c}))
			must(t, l.Fold(c))
		}
		if m.Index == before-1 {
			break
		}
	}
	if next != before {
		t.Errorf("%d messages seen, want %d", next, before)
	}
}

func TestConversationsLeaveMemory(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	for n := range 100 {
		must(t, l.Acknowledge(conversation(n), message(n, 0)))
	}
	must(t, l.Fold(conversation(0)))
	if got := l.Tails(); got != 99 {
		t.Errorf("%d conversations in memory after Fold, want 99", got)
	}
	must(t, l.Sweep())
	must(t, l.Acknowledge(conversation(1), message(1, 1)))
	must(t, l.Sweep())
	if got := l.Tails(); got != 1 {
		t.Errorf("%d conversations in memory after two sweeps, want the active one", got)
	}
}

func TestUnpackRefusesWhatIsCutOff(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	var messages []mapping.MessageRecord
	for last := int64(-1); len(messages) < 200; last = messages[len(messages)-1].Index {
		messages = append(messages, randomMessage(rnd, last))
	}
	packed := checkpoint.PackMessages(messages)
	row := checkpoint.PackRow(map[mapping.ConversationSID][]byte{conversation(1): packed})
	for size := range len(packed) {
		if _, err := checkpoint.UnpackMessages(packed[:size], 50); err == nil {
			t.Errorf("%d of %d bytes of messages: no error", size, len(packed))
		}
	}
	for size := 1; size < len(row); size++ {
		if _, _, err := checkpoint.UnpackRow(row[:size]); err == nil {
			t.Errorf("%d of %d bytes of a row: no error", size, len(row))
		}
	}
}

func FuzzUnpackMessages(f *testing.F) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		var messages []mapping.MessageRecord
		last := int64(-1)
		for range rnd.IntN(20) {
			m := randomMessage(rnd, last)
			last = m.Index
			messages = append(messages, m)
		}
		packed := checkpoint.PackMessages(messages)
		got, err := checkpoint.UnpackMessages(packed, 3)
		if diff := cmp.Diff(got, messages); diff != "" || err != nil {
			f.Fatalf("UnpackMessages: %v; -got +want:\n%s", err, diff)
		}
		f.Add(packed)
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		messages, err := checkpoint.UnpackMessages(packed, 3)
		if err != nil {
			return
		}
		last := int64(-1)
		for i, m := range messages {
			if i > 0 && m.Index <= last || m.Index < 0 || len(m.IDs) == 0 {
				t.Fatalf("message %d is %+v after %d", i, m, last)
			}
			last = m.Index
		}
	})
}

func FuzzUnpackRow(f *testing.F) {
	one := checkpoint.PackMessages([]mapping.MessageRecord{message(1, 4), message(1, 5)})
	two := checkpoint.PackMessages([]mapping.MessageRecord{message(2, 0)})
	row := checkpoint.PackRow(map[mapping.ConversationSID][]byte{conversation(1): one, "CHodd": two})
	if conversations, messages, err := checkpoint.UnpackRow(row); conversations != 2 || messages != 3 || err != nil {
		f.Fatalf("UnpackRow = %d, %d, %v; want 2, 3", conversations, messages, err)
	}
	f.Add(row)
	f.Fuzz(func(t *testing.T, row []byte) {
		if conversations, messages, err := checkpoint.UnpackRow(row); err == nil && conversations+messages > len(row) {
			t.Fatalf("%d conversations and %d messages in %d bytes", conversations, messages, len(row))
		}
	})
}
