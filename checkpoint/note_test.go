package checkpoint_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// crashed opens what a crash would leave of the ledger at path now.
func crashed(t *testing.T, path string) *checkpoint.Ledger {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	left := filepath.Join(t.TempDir(), "left.db")
	must(t, os.WriteFile(left, data, 0o600))
	l := open(t, left)
	t.Cleanup(func() { l.Close() })
	return l
}

func statusOf(t *testing.T, l *checkpoint.Ledger, c mapping.ConversationSID) mapping.Status {
	t.Helper()
	rec, _, err := l.Thread(c)
	must(t, err)
	return rec.Status
}

// begun makes a ledger in which a conversation of ten messages is carried, and
// noted as done: what becomes of that is up to the test.
func begun(t *testing.T) (l *checkpoint.Ledger, path string, rec mapping.ThreadRecord) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "run.db")
	l = open(t, path)
	t.Cleanup(func() { l.Close() })
	rec = threadOf(1, 0)
	rec.Status = mapping.StatusRunning
	must(t, l.RecordThread(rec))
	for i := range int64(10) {
		must(t, l.Acknowledge(rec.Conversation, message(1, i)))
	}
	rec.Status, rec.Participants = mapping.StatusDone, 3
	must(t, l.NoteThread(rec))
	return l, path, rec
}

// A note is on disk once it is flushed, together with the messages.
func TestNoteWaits(t *testing.T) {
	l, path, rec := begun(t)
	before := crashed(t, path)
	if got := statusOf(t, before, rec.Conversation); got != mapping.StatusRunning {
		t.Errorf("status %q before the flush, want %q", got, mapping.StatusRunning)
	}
	must(t, l.Flush())
	after := crashed(t, path)
	if got := statusOf(t, after, rec.Conversation); got != mapping.StatusDone {
		t.Errorf("status %q after the flush, want %q", got, mapping.StatusDone)
	}
	if got := len(collect(t, after.Messages(rec.Conversation))); got != 10 || after.Tails() != 0 {
		t.Errorf("%d messages, %d conversations in the journal; want 10 in a chunk", got, after.Tails())
	}
}

// A note is seen at once, however it is asked for.
func TestNoteIsSeen(t *testing.T) {
	for name, status := range map[string]func(*testing.T, *checkpoint.Ledger, mapping.ThreadRecord) mapping.Status{
		"Thread": func(t *testing.T, l *checkpoint.Ledger, rec mapping.ThreadRecord) mapping.Status {
			return statusOf(t, l, rec.Conversation)
		},
		"Threads": func(t *testing.T, l *checkpoint.Ledger, _ mapping.ThreadRecord) mapping.Status {
			return collect(t, l.Threads())[0].Status
		},
		"ThreadsNamed": func(t *testing.T, l *checkpoint.Ledger, rec mapping.ThreadRecord) mapping.Status {
			return collect(t, l.ThreadsNamed(string(rec.Conversation)))[0].Status
		},
		"Counts": func(t *testing.T, l *checkpoint.Ledger, rec mapping.ThreadRecord) mapping.Status {
			counts, err := l.Counts()
			must(t, err)
			if counts.Participants != int64(rec.Participants) {
				t.Errorf("%d participants, want %d", counts.Participants, rec.Participants)
			}
			return rec.Status
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, _, rec := begun(t)
			if got := status(t, l, rec); got != rec.Status {
				t.Errorf("status %q, want %q", got, rec.Status)
			}
		})
	}
}

// What is said of a conversation after a note stands.
func TestNoteIsOverruled(t *testing.T) {
	l, _, rec := begun(t)
	rec.Status = mapping.StatusOpen
	must(t, l.RecordThread(rec))
	if got := statusOf(t, l, rec.Conversation); got != mapping.StatusOpen {
		t.Errorf("status %q, want that recorded last, %q", got, mapping.StatusOpen)
	}
	must(t, l.NoteThread(rec))
	must(t, l.Forget(rec.Conversation))
	if _, found, err := l.Thread(rec.Conversation); found || err != nil {
		t.Errorf("found %v, %v; want it forgotten", found, err)
	}
	if got := collect(t, l.Conversations()); len(got) != 0 {
		t.Errorf("%v are left", got)
	}
	must(t, l.Check())
}

// Notes do not wait in any number, and none is taken any more once the ledger is
// closed.
func TestNotesAreBounded(t *testing.T) {
	l, path, rec := begun(t)
	for n := range checkpoint.MaxNotes {
		must(t, l.NoteThread(threadOf(2+n, 1)))
	}
	if got := statusOf(t, crashed(t, path), rec.Conversation); got != mapping.StatusDone {
		t.Errorf("status %q after many others, want %q", got, mapping.StatusDone)
	}
	must(t, l.Close())
	if err := l.NoteThread(rec); err == nil {
		t.Error("noted in a closed ledger")
	}
}
