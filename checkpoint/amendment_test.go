package checkpoint_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// amend returns m as a sync might leave it.
func amend(m mapping.MessageRecord, a mapping.Amendment) mapping.MessageRecord {
	m.Source[15]++
	m.Amendment = &a
	return m
}

func TestAmend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	c := conversation(1)
	var want []mapping.MessageRecord
	for i := range int64(2003) {
		if i%1000 == 500 { // left for a late one
			continue
		}
		m := message(1, i)
		m.Stub = i < 3
		must(t, l.Acknowledge(c, m))
		want = append(want, m)
		switch i {
		case 2000:
			must(t, l.Fold(c)) // all before are in chunks,
		case 2001:
			must(t, l.Flush()) // this one is in the journal, and the next waits
		}
	}
	progress, err := l.Progress(c)
	must(t, err)
	change := func(m mapping.MessageRecord, at int, insert bool) {
		t.Helper()
		must(t, l.Amend(c, m))
		if insert {
			want = append(want[:at], append([]mapping.MessageRecord{m}, want[at:]...)...)
		} else {
			want[at] = m
		}
	}
	edited := mapping.Amendment{Written: []string{"00ff"}}
	change(amend(want[0], edited), 0, false)
	notStub := amend(want[1], edited)
	notStub.Stub = false
	change(notStub, 1, false)
	change(amend(want[2], mapping.Amendment{Deleted: true}), 2, false)
	change(amend(want[2], mapping.Amendment{Deleted: true, Foreign: true}), 2, false)
	change(amend(message(1, 500), mapping.Amendment{Late: true}), 500, true)
	change(amend(message(1, 1500), mapping.Amendment{Late: true, Deleted: true}), 1500, true)
	last := len(want) - 1
	change(amend(want[last], edited), last, false)
	change(amend(want[last-1], edited), last-1, false)
	change(amend(want[last-2], mapping.Amendment{Deleted: true}), last-2, false)

	check := func() {
		t.Helper()
		if diff := cmp.Diff(collect(t, l.Messages(c)), want); diff != "" {
			t.Errorf("Messages -got +want:\n%.2000s", diff)
		}
		if got, err := l.Progress(c); got != progress || err != nil {
			t.Errorf("Progress = %+v, %v; want %+v", got, err, progress)
		}
		counts := mapping.Counts{Messages: int64(len(want)) - 3, Stubs: 1}
		if got, err := l.Counts(); got != counts || err != nil {
			t.Errorf("Counts = %+v, %v; want %+v", got, err, counts)
		}
		must(t, l.Check())
	}
	check()
	must(t, l.CloseClean())
	l = open(t, path)
	check()
	must(t, l.Acknowledge(c, message(1, 2003))) // goes on as if nothing had been amended
}

func TestAmendRefuses(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	c := conversation(1)
	must(t, l.Acknowledge(c, message(1, 5)))
	must(t, l.Fold(c))
	must(t, l.Acknowledge(c, message(1, 7)))
	late := mapping.Amendment{Late: true}
	const unknown = "it has not been acknowledged"
	for _, tt := range []struct {
		name         string
		conversation mapping.ConversationSID
		in           mapping.MessageRecord
		err          string
	}{
		{"before the first", c, amend(message(1, 4), mapping.Amendment{}), unknown},
		{"between", c, amend(message(1, 6), mapping.Amendment{Deleted: true}), unknown},
		{"without an amendment", c, message(1, 6), unknown},
		{"late, behind the last", c, amend(message(1, 8), late), unknown},
		{"late, of no index", c, amend(message(1, -1), late), unknown},
		{"late, in an empty conversation", conversation(2), amend(message(2, 0), late), unknown},
		{"an index beyond all", c, amend(message(1, 1<<62), late), "an index is at most"},
		{"no ID", c, mapping.MessageRecord{Index: 5}, "it has no ACS message ID"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := l.Amend(tt.conversation, tt.in)
			want := fmt.Sprintf("amend message %d of %s: %s", tt.in.Index, tt.conversation, tt.err)
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
	if got := collect(t, l.Messages(c)); len(got) != 2 {
		t.Errorf("%d messages, want 2", len(got))
	}
}

// Amending while messages are listed neither loses nor doubles any.
func TestAmendWhileListing(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	c := conversation(1)
	const messages = 1500
	for i := range int64(messages) {
		must(t, l.Acknowledge(c, message(1, i)))
	}
	next := int64(0)
	for m, err := range l.Messages(c) {
		must(t, err)
		if m.Index != next {
			t.Fatalf("message %d came instead of %d", m.Index, next)
		}
		next++
		must(t, l.Acknowledge(c, message(1, messages+m.Index)))
		if m.Index%100 == 0 {
			for _, i := range []int64{m.Index, m.Index + 1, messages + m.Index} {
				must(t, l.Amend(c, amend(message(1, i), mapping.Amendment{Foreign: true})))
			}
			must(t, l.Fold(c))
		}
	}
	if next != messages {
		t.Errorf("%d messages seen, want %d", next, messages)
	}
	if got := collect(t, l.Messages(c)); len(got) != 2*messages {
		t.Errorf("%d messages in the end, want %d", len(got), 2*messages)
	}
}

// An amendment whose row is gone is missed, though it counts for nothing.
func TestMissingAmendment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	must(t, l.Acknowledge(conversation(1), message(1, 0)))
	must(t, l.Amend(conversation(1), amend(message(1, 0), mapping.Amendment{Foreign: true})))
	must(t, l.Close())
	removeFirst(t, path, "amended")
	_, err := checkpoint.Open(path, binding, nil)
	wantError[*checkpoint.DamagedError](t, err, "open checkpoint "+path+": damaged: the counts are not those of the items")
}

func FuzzReadAmended(f *testing.F) {
	f.Add(int64(7), []byte(`{"sid":"IM1","source":"000102030405060708090a0b0c0d0e0f","ids":["1"],"amendment":{"late":true}}`))
	f.Add(int64(-1), []byte(`{"source":"00","ids":[]}`))
	f.Fuzz(func(t *testing.T, index int64, value []byte) {
		m, err := checkpoint.ReadAmended(conversation(1), index, value)
		if err == nil && (m.Index != index || index < 0 || len(m.IDs) == 0) {
			t.Errorf("ReadAmended of index %d = %+v", index, m)
		}
	})
}
