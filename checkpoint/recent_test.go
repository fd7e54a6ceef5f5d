package checkpoint_test

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// More conversations than are remembered are recorded again and again, some are
// forgotten in between, and the counts stay true.
func TestCountsBeyondRecent(t *testing.T) {
	const conversations, forgotten = checkpoint.RecentItems + 200, 10
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	for participants := range 2 {
		recordThreads(t, l, conversations, func(n int) mapping.ThreadRecord { return threadOf(n, participants) })
		for n := range forgotten {
			must(t, l.Forget(conversation(n)))
		}
	}
	for n := range forgotten / 2 { // these are counted as if they had never been there
		must(t, l.RecordThread(threadOf(n, 7)))
	}
	got, err := l.Counts()
	must(t, err)
	const left = conversations - forgotten
	if want := (mapping.Counts{Conversations: left + forgotten/2, Participants: left + 7*forgotten/2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	must(t, l.Close())
	must(t, open(t, path).Close()) // which compares the counts with what is there
}

func threadOf(n, participants int) mapping.ThreadRecord {
	return mapping.ThreadRecord{Conversation: conversation(n), Service: "IS1", Thread: "19:x@thread.v2", Participants: participants}
}

// recordThreads records that many threads, many at a time.
func recordThreads(tb testing.TB, l *checkpoint.Ledger, threads int, thread func(n int) mapping.ThreadRecord) {
	tb.Helper()
	const side = 128 // by side
	var g sync.WaitGroup
	for first := range side {
		g.Go(func() {
			for n := first; n < threads; n += side {
				if err := l.RecordThread(thread(n)); err != nil {
					tb.Error(err)
				}
			}
		})
	}
	g.Wait()
}
