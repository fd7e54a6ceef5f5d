package checkpoint_test

import (
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// While a group waits for others to join nobody is kept from joining, or else those
// who write at the same time, and the clock of a test, would wait for each other.
func TestManyWriteAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	synctest.Test(t, func(t *testing.T) {
		l, err := checkpoint.Open(path, mapping.Binding{}, nil)
		must(t, err)
		defer l.Close()
		const writers, writes = 200, 5 // more writers than a group takes
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for range writes {
					if err := l.RecordThread(mapping.ThreadRecord{Conversation: conversation(w), Thread: "19:x"}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		counts, err := l.Counts()
		must(t, err)
		if counts.Conversations != writers {
			t.Errorf("%d conversations, want %d", counts.Conversations, writers)
		}
	})
}
