package migrate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

func TestRunCarriesEverythingOnce(t *testing.T) {
	for _, name := range []string{"tiny", "contoso"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, snapshotDir(name), nil)
			planned := w.plan()
			first := w.mustRun()
			if d := cmp.Diff(first.Summary, planned.Summary); d != "" {
				t.Errorf("the run did not do what was planned (-run +plan):\n%s", d)
			}
			if d := cmp.Diff(first.Losses, planned.Losses); d != "" {
				t.Errorf("the run lost something else than planned (-run +plan):\n%s", d)
			}
			if first.Summary.Incomplete() {
				t.Errorf("incomplete: %+v\n%+v", first.Summary, first.Problems)
			}
			before, err := w.server.Stats()
			if err != nil {
				t.Fatal(err)
			}
			threads := w.threads()

			second := w.mustRun()
			if m := second.Summary.Messages; m.Unchanged != m.Total || m.Total != first.Summary.Messages.Total {
				t.Errorf("second run: messages %+v", m)
			}
			if d := cmp.Diff(counted(second.Losses), counted(first.Losses)); d != "" {
				t.Errorf("the second run counts other losses (-second +first):\n%s", d)
			}
			if d := cmp.Diff(w.plan().Summary, second.Summary); d != "" {
				t.Errorf("a plan after it says something else (-plan +run):\n%s", d)
			}
			after, err := w.server.Stats()
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(after, before); d != "" {
				t.Errorf("the second run called ACS (-after +before):\n%s", d)
			}
			if w.threads() != threads {
				t.Error("the second run changed threads")
			}
		})
	}
}

// counted are losses without their examples.
func counted(losses []migrate.LossCount) map[mapping.LossCode]int {
	counts := make(map[mapping.LossCode]int)
	for _, l := range losses {
		counts[l.Code] = l.Count
	}
	return counts
}
