package migrate_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A process dies wherever it may, and what it may have sent last comes to be left out
// before the next one: that one finishes all the same, and leaves nothing to do.
func TestLeftOutAfterCrash(t *testing.T) {
	for at := int64(1); at <= 15; at++ {
		t.Run(fmt.Sprint("at ", at), func(t *testing.T) {
			t.Parallel()
			var fewer atomic.Bool
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.rules.Expressions = &mapping.Expressions{
				CarriesMessage: func(_ mapping.Conversation, m mapping.Message) (bool, error) {
					return !fewer.Load() || m.Index%2 == at%2, nil
				},
			}
			w.crash(at, min(at, 2))
			fewer.Store(true)
			if r := w.mustRun(); r.Summary.Incomplete() {
				t.Fatalf("incomplete: %+v %v", r.Summary, r.Problems)
			}
			w.checkSettled()
		})
	}
}
