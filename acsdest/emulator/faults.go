package emulator

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// A Fault makes calls go wrong, once they have passed every gate: the token is
// good and no limit was hit. The zero value of a field restricts nothing.
type Fault struct {
	Operation limits.Operation // strikes this operation alone

	// AfterCommit strikes when a call has been carried out and is on disk, but has
	// not been answered, which leaves the caller in the dark. Otherwise a fault
	// strikes before anything is done.
	AfterCommit bool

	Delay  time.Duration // waits this long first
	Drop   bool          // closes the connection without an answer
	Status int           // answers with this status: 429, 500, 503, …
	// RetryAfter is the header of that answer, in whole seconds.
	RetryAfter time.Duration

	Probability float64 // of striking a call that fits; 0 means 1
	Skip        int     // lets so many calls that fit pass first
	Times       int     // strikes so many calls, then no more; 0 means all
}

// errDropped says that the connection is to be closed without an answer.
var errDropped = errors.New("connection dropped by a fault")

// faults decides which calls go wrong.
type faults struct {
	mu     sync.Mutex
	random *rand.Rand
	active []*armedFault
}

// armedFault is a fault with what is left of its Skip and Times.
type armedFault struct {
	Fault
	struck int
}

func newFaults(opts Options) *faults {
	f := &faults{random: rand.New(rand.NewPCG(opts.Seed, opts.Seed))}
	for _, fault := range opts.Faults {
		f.add(fault)
	}
	return f
}

func (f *faults) add(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active = append(f.active, &armedFault{Fault: fault})
}

// Inject adds a fault to a server that runs.
func (s *Server) Inject(f Fault) { s.faults.add(f) }

// strike lets the faults before or after the commit do their harm: it returns
// the refusal to answer with, or errDropped.
func (f *faults) strike(c *call, afterCommit bool) error {
	for _, fault := range f.draw(c.operation, afterCommit) {
		if err := sleep(c.r.Context(), fault.Delay); err != nil {
			return errDropped // nobody is there to be answered
		}
		switch {
		case fault.Drop:
			return errDropped
		case fault.Status != 0:
			return fault.refusal()
		}
	}
	return nil
}

// refusal is what the fault answers with.
func (f Fault) refusal() *refusal {
	r := unavailable(f.Status)
	if f.Status == http.StatusTooManyRequests {
		r = tooManyRequests()
	}
	r.retryAfter = f.RetryAfter
	return r
}

// draw is the faults that strike one call.
func (f *faults) draw(op limits.Operation, afterCommit bool) (struck []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range f.active {
		fits := fault.AfterCommit == afterCommit && (fault.Operation == "" || fault.Operation == op)
		if fits && fault.turn(f.random) {
			struck = append(struck, fault.Fault)
		}
	}
	return struck
}

// turn counts a call that fits and reports whether it is struck.
func (f *armedFault) turn(random *rand.Rand) bool {
	switch {
	case f.Skip > 0:
		f.Skip--
		return false
	case f.Times > 0 && f.struck == f.Times:
		return false
	case f.Probability > 0 && random.Float64() >= f.Probability:
		return false
	}
	f.struck++
	return true
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
