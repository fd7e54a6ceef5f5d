package redact_test

import (
	"path/filepath"
	"sync"
	"testing"
)

// A redactor works on many resources and files at once, and they become what
// they become one after the other.
func TestConcurrentUse(t *testing.T) {
	messages := lines(t, filepath.Join(snapshotDir("tiny"), "messages.jsonl"))
	alone, shared := newRedactor(t, nil), newRedactor(t, nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, m := range messages {
				if got, want := resource(t, shared, m), resource(t, alone, m); got != want {
					t.Errorf("%s becomes %s, and alone %s", m, got, want)
				}
				media(t, shared, "text/html", []byte(m))
			}
		})
	}
	wg.Wait()
}
