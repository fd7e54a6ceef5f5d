package killtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A journal tells what was done to a trial, and when.
type journal struct {
	began time.Time

	mu   sync.Mutex
	file *os.File
}

// newJournal begins events.log in dir. At the end of a test that failed, it says
// where that is and how to repeat it; of one that did not, it removes dir.
func newJournal(t *testing.T, dir, repeat string) *journal {
	t.Helper()
	path := filepath.Join(dir, "events.log")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	must(t, err)
	j := &journal{began: time.Now(), file: f}
	j.note("%s", repeat)
	t.Cleanup(func() {
		f.Close()
		if !t.Failed() {
			os.RemoveAll(dir)
			return
		}
		events, err := os.ReadFile(path)
		must(t, err)
		t.Logf("kept %s; repeat with %s\n%s", dir, repeat, events)
	})
	return j
}

// note adds an event.
func (j *journal) note(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprintf(j.file, "%8.3f  %s\n", time.Since(j.began).Seconds(), fmt.Sprintf(format, args...))
}
