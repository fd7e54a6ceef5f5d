package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// undisturbed is what a run without any fault makes of a snapshot.
func undisturbed(t *testing.T, name string) (threads string, calls int64, users int64) {
	t.Helper()
	var n atomic.Int64
	w := newWorld(t, snapshotDir(name), &emulator.Options{OnRequest: func(e emulator.Event) {
		if e.Phase == emulator.Arrived {
			n.Add(1)
		}
	}})
	r := w.mustRun()
	return w.threads(), n.Load(), r.Summary.Users.Created
}

// callFaults are the ways in which a single call to ACS fails.
var callFaults = []struct {
	name  string
	fault emulator.Fault
}{
	{"dropped after it was carried out", emulator.Fault{AfterCommit: true, Drop: true}},
	{"dropped before", emulator.Fault{Drop: true}},
	{"503 after it was carried out", emulator.Fault{AfterCommit: true, Status: 503}},
	{"429", emulator.Fault{Status: 429}},
}

// A run whose connection is cut around any single call ends as if nothing had
// happened, but for identities whose creation got no answer: these are reported.
func TestRunSurvivesEachFault(t *testing.T) {
	want, calls, users := undisturbed(t, "tiny")
	step := 1
	if testing.Short() {
		step = 7
	}
	for _, f := range callFaults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for k := 0; k < int(calls); k += step {
				t.Run(fmt.Sprint(k), func(t *testing.T) {
					t.Parallel()
					fault := f.fault
					fault.Skip, fault.Times = k, 1
					w := newWorld(t, snapshotDir("tiny"), &emulator.Options{Faults: []emulator.Fault{fault}})
					w.opts.Settle = 20 * time.Millisecond
					r := w.mustRun()
					if r.Summary.Incomplete() {
						t.Fatalf("incomplete: %+v %v", r.Summary, r.Problems)
					}
					if d := firstDifference(w.threads(), want); d != "" {
						t.Errorf("threads differ from those of an undisturbed run: %s", d)
					}
					stats, err := w.server.Stats()
					if err != nil {
						t.Fatal(err)
					}
					if got := int64(stats.Identities); got > users+r.Unused {
						t.Errorf("%d identities, %d needed and %d reported unused", got, users, r.Unused)
					}
				})
			}
		})
	}
}

// A run that is told to stop at any call ends at once, and the next one goes on
// from there.
func TestRunResumesAfterEachStop(t *testing.T) {
	want, calls, _ := undisturbed(t, "tiny")
	step := 1
	if testing.Short() {
		step = 7
	}
	for k := int64(1); k <= calls; k += int64(step) {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			var n atomic.Int64
			w := newWorld(t, snapshotDir("tiny"), &emulator.Options{OnRequest: func(e emulator.Event) {
				if e.Phase == emulator.Arrived && n.Add(1) == k {
					cancel()
				}
			}})
			w.opts.Settle = 20 * time.Millisecond
			if _, err := w.run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatalf("stopped run: %v", err)
			}
			r := w.mustRun()
			if r.Summary.Incomplete() {
				t.Fatalf("incomplete: %+v %v", r.Summary, r.Problems)
			}
			if d := firstDifference(w.threads(), want); d != "" {
				t.Errorf("threads differ from those of an unbroken run: %s", d)
			}
			if v := w.verify(); !v.OK() {
				t.Errorf("differences: %v", v.Differences)
			}
		})
	}
}

// A message that ACS refuses for good leaves a stub in its place.
func TestRefusedMessageBecomesStub(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), &emulator.Options{Faults: []emulator.Fault{
		{Operation: limits.SendMessage, Status: 400, Skip: 1, Times: 1},
	}})
	w.opts.Active = 1 // so that it is the second message of the first conversation, which has one part
	r := w.mustRun()
	if r.Summary.Incomplete() {
		t.Fatalf("incomplete: %+v %v", r.Summary, r.Problems)
	}
	stubs := 0
	for _, l := range r.Losses {
		if l.Code == "message-refused" {
			stubs = l.Count
		}
	}
	if stubs != 1 {
		t.Errorf("%d messages refused, want 1: %+v", stubs, r.Losses)
	}
	if v := w.verify(); !v.OK() {
		t.Errorf("differences: %v", v.Differences)
	}
}

// What is refused for one conversation is that conversation's failure alone.
func TestFailedConversationDoesNotStopOthers(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), &emulator.Options{Faults: []emulator.Fault{
		{Operation: limits.SendMessage, Status: 403, Skip: 2, Times: 1},
	}})
	r := w.mustRun()
	c := r.Summary.Conversations
	if c.Failed != 1 || c.Created != c.Total-1 {
		t.Errorf("conversations %+v, want one failed and the others created", c)
	}
	if len(r.Problems) != 1 {
		t.Errorf("problems %v, want one", r.Problems)
	}
	if r := w.mustRun(); r.Summary.Incomplete() {
		t.Errorf("the next run did not finish: %+v", r.Problems)
	}
	if v := w.verify(); !v.OK() {
		t.Errorf("differences: %v", v.Differences)
	}
}

// Without consent to a critical loss nothing is written.
func TestPreflight(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.opts.Accept = nil
	_, err := w.run(context.Background())
	var pe *migrate.PreflightError
	if !errors.As(err, &pe) {
		t.Fatalf("error %v, want a *PreflightError", err)
	}
	stats, err := w.server.Stats()
	if err != nil {
		t.Fatal(err)
	}
	if stats.Identities != 0 || stats.Threads != 0 {
		t.Errorf("something was written: %+v", stats)
	}
}

// A creation that was certainly refused leaves no identity behind, and none is
// reported.
func TestRefusedIdentityIsNotUnused(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), &emulator.Options{Faults: []emulator.Fault{
		{Operation: limits.CreateUserAndToken, Status: 403, Times: 1},
	}})
	_, err := w.run(context.Background())
	if err == nil {
		t.Fatal("refused credentials did not stop the run")
	}
	r := w.mustRun()
	stats, err := w.server.Stats()
	must(t, err)
	if r.Unused != 0 || int64(stats.Identities) != r.Summary.Users.Total {
		t.Errorf("%d reported unused, %d identities for %d people", r.Unused, stats.Identities, r.Summary.Users.Total)
	}
}
