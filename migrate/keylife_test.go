package migrate_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// Where ACS does not remember the keys of creations, none is repeated: a thread
// whose creation got no answer is looked for by the next run, and none is there
// twice.
func TestKeysThatAreForgotten(t *testing.T) {
	want, _, _ := undisturbed(t, "tiny")
	for _, f := range callFaults {
		t.Run(f.name, func(t *testing.T) {
			for k := range 2 {
				t.Run(fmt.Sprint(k), func(t *testing.T) {
					t.Parallel()
					fault := f.fault
					fault.Operation, fault.Skip, fault.Times = limits.CreateThread, k, 1
					w := newWorld(t, snapshotDir("tiny"), &emulator.Options{Faults: []emulator.Fault{fault}, KeyLife: time.Nanosecond})
					w.opts.Settle, w.opts.KeyLife = 20*time.Millisecond, time.Nanosecond
					w.mustRun()
					if r := w.mustRun(); r.Summary.Incomplete() {
						t.Fatalf("incomplete: %+v %v", r.Summary, r.Problems)
					}
					if got := w.threads(); got != want {
						t.Errorf("threads differ from those of an undisturbed run:\n%s", got)
					}
				})
			}
		})
	}
}
