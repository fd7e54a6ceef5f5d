package migrate_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// The explorer drives the engine itself through every short history of faults:
// at each write ACS, the network or the process may fail in one of these ways.
const (
	fine       = iota
	throttled  // refused with 429
	lost       // the connection broke before the request arrived
	unanswered // carried out, but the answer was lost
	late       // arrives only after the answer was given up, within Settle
	unseen     // carried out and answered, but not yet in lists, within Settle
	crashed    // the process dies before the request is sent
	orphaned   // carried out, and the process dies before it learns so
	belated    // the process dies, and the request arrives after that, within Settle
	faults     // how many there are
)

var faultNames = [faults]string{"", "throttled", "lost", "unanswered", "late", "unseen", "crashed", "orphaned", "belated"}

const (
	exploredSettle = 3 * time.Second
	// exploredDelay is how much later a late request arrives or a message appears.
	exploredDelay = time.Second
)

// A history is what happens at each write, in order; nothing after its end.
type history struct {
	script []int
	taken  []int    // what happened
	calls  []string // and at which call
}

func (h *history) next(call string) int {
	choice := fine
	if at := len(h.taken); at < len(h.script) {
		choice = h.script[at]
	}
	h.taken, h.calls = append(h.taken, choice), append(h.calls, call)
	return choice
}

func (h *history) String() string {
	var b strings.Builder
	for i, choice := range h.taken {
		if choice != fine {
			fmt.Fprintf(&b, "[%d %s: %s]", i, h.calls[i], faultNames[choice])
		}
	}
	return b.String()
}

// explore calls try with every history that has at most most faults and returns
// how many there were.
func explore(most int, try func(*history)) (n int) {
	for stack := [][]int{nil}; len(stack) > 0; {
		script := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		h := &history{script: script}
		try(h)
		n++
		if len(script) > 0 && count(script) == most {
			continue
		}
		for at := len(script); at < len(h.taken); at++ {
			for choice := 1; choice < faults; choice++ {
				stack = append(stack, append(slices.Clone(h.taken[:at]), choice))
			}
		}
	}
	return n
}

func count(script []int) (n int) {
	for _, choice := range script {
		if choice != fine {
			n++
		}
	}
	return n
}

// exploration is a starting point with everything in it, and what must be at the
// end of every history.
type exploration struct {
	before *modelSource // carried over without faults first; nil for nothing
	source *modelSource
	down   time.Duration // between a crash and the next process
	inbox  bool          // newest messages are held back
	// delay is how much later a late request arrives; 0 means exploredDelay.
	delay time.Duration
	// doubles counts messages that arrived twice, of which one was deleted.
	doubles int64
}

// play lets one history happen and returns what is wrong at its end.
func (x *exploration) play(h *history) (wrong string) {
	acs, ledger := newModelACS(cmp.Or(x.delay, exploredDelay)), newModelLedger()
	opts := &migrate.Options{Settle: exploredSettle, Active: 1, InboxOrder: x.inbox, Accept: map[mapping.LossCode]bool{}, MaxDelete: 100}
	for _, info := range mapping.Losses() {
		opts.Accept[info.Code] = true
	}
	run := func(source *modelSource) (*migrate.Report, error) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		acs.begin(cancel)
		ledger.begin(acs)
		report, err := migrate.New(source, acs, ledger, nil, mapping.Rules{}, opts).Run(ctx)
		if acs.dead.Load() {
			return report, errCrash
		}
		if err == nil {
			err = ledger.Beat(time.Now(), true, 0)
		}
		return report, err
	}
	if x.before != nil {
		if _, err := run(x.before); err != nil {
			return "before: " + err.Error()
		}
		time.Sleep(time.Second)
	}
	acs.history = h
	for range 2 + len(h.script) {
		report, err := run(x.source)
		x.doubles += report.Doubles
		if errors.Is(err, errCrash) {
			time.Sleep(x.down)
			continue
		}
		switch {
		case err != nil:
			return err.Error()
		case report.Summary.Incomplete():
			return fmt.Sprintf("incomplete: %+v", report.Problems)
		}
		time.Sleep(2 * acs.delay) // whatever is still under way arrives
		if wrong := acs.check(x.source, ledger); wrong != "" {
			return wrong
		}
		acs.history = nil
		writes := acs.writes
		if _, err := run(x.source); err != nil {
			return "the run after it: " + err.Error()
		}
		if acs.writes != writes {
			return fmt.Sprintf("the run after it made %d writes", acs.writes-writes)
		}
		return ""
	}
	return "it never came to an end"
}

func TestExploreFirstRun(t *testing.T) {
	exploreAll(t, exploration{source: firstState()})
}

func TestExploreInboxOrder(t *testing.T) {
	exploreAll(t, exploration{source: firstState(), inbox: true})
}

func TestExploreSync(t *testing.T) {
	exploreAll(t, exploration{before: firstState(), source: secondState()})
}

// Should a message arrive later than is assumed possible, it stands in the thread
// twice. While the run goes on that is found, and one of them deleted.
func TestExploreBrokenAssumption(t *testing.T) {
	clean := &history{}
	synctest.Test(t, func(t *testing.T) {
		if wrong := (&exploration{source: firstState()}).play(clean); wrong != "" {
			t.Fatal(wrong)
		}
	})
	sends := 0
	for at, call := range clean.calls {
		if call != "send message" {
			continue
		}
		sends++
		h := &history{script: append(make([]int, at), late)}
		x := &exploration{source: firstState(), delay: exploredSettle + 10*time.Millisecond}
		synctest.Test(t, func(t *testing.T) {
			if wrong := x.play(h); wrong != "" || x.doubles != 1 {
				t.Errorf("%v: %s, %d doubles deleted, want 1", h, wrong, x.doubles)
			}
		})
	}
	if sends < 5 {
		t.Errorf("%d messages sent, want all five", sends)
	}
}

func exploreAll(t *testing.T, x exploration) {
	most := exploredFaults
	if testing.Short() {
		most = 1
	}
	for _, down := range []time.Duration{time.Second, 10 * time.Minute} { // within the lifetime of a creation key, and past it
		t.Run(down.String(), func(t *testing.T) {
			t.Parallel()
			x := x
			x.down = down
			failures := 0
			n := explore(most, func(h *history) {
				if failures > 5 {
					return
				}
				var wrong string
				synctest.Test(t, func(*testing.T) { wrong = x.play(h) })
				if wrong != "" {
					failures++
					t.Errorf("%v: %s", h, wrong)
				}
			})
			t.Logf("%d histories of at most %d faults", n, most)
		})
	}
}
