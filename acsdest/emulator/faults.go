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

// A Phase is a point in the life of a call.
type Phase string

// The phases of calls, as faults and OnRequest know them.
const (
	// Arrived calls have passed every gate and are about to be carried out.
	Arrived Phase = "arrived"
	// BeforeCommit is the same moment, as the place of a fault: nothing is done yet.
	BeforeCommit Phase = "before commit"
	// AfterCommit is when a call has been carried out and is on disk, but has not
	// been answered: a fault here leaves the caller in the dark.
	AfterCommit Phase = "after commit"
	// Answering is the last moment before the answer, or the refusal, is written.
	Answering Phase = "answering"
)

// A Fault makes calls go wrong. The zero value of a field does not restrict.
type Fault struct {
	Operation limits.Operation // strikes this operation alone
	Phase     Phase            // BeforeCommit, or AfterCommit; empty means BeforeCommit
	Delay     time.Duration    // waits this long first
	Drop      bool             // closes the connection without an answer
	Status    int              // answers with this status: 429, 500, 503, …

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
	active []*Fault
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
	f.active = append(f.active, &fault)
}

// Inject adds a fault to a server that runs.
func (s *Server) Inject(f Fault) { s.faults.add(f) }

// strike lets the faults of a phase do their harm: it returns the refusal to
// answer with, or errDropped.
func (f *faults) strike(c *call, phase Phase) error {
	for _, fault := range f.draw(c.operation, phase) {
		if err := sleep(c.r.Context(), fault.Delay); err != nil {
			return errDropped // nobody is there to be answered
		}
		switch {
		case fault.Drop:
			return errDropped
		case fault.Status == http.StatusTooManyRequests:
			return tooManyRequests()
		case fault.Status != 0:
			return unavailable(fault.Status)
		}
	}
	return nil
}

// draw is the faults that strike one call.
func (f *faults) draw(op limits.Operation, phase Phase) (struck []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range f.active {
		if fault.fits(op, phase) && fault.turn(f.random) {
			struck = append(struck, *fault)
		}
	}
	return struck
}

func (f *Fault) fits(op limits.Operation, phase Phase) bool {
	when := f.Phase
	if when == "" {
		when = BeforeCommit
	}
	return when == phase && (f.Operation == "" || f.Operation == op)
}

// turn counts a call that fits and reports whether it is struck.
func (f *Fault) turn(random *rand.Rand) bool {
	switch {
	case f.Skip > 0:
		f.Skip--
		return false
	case f.Times < 0:
		return false
	case f.Probability > 0 && random.Float64() >= f.Probability:
		return false
	case f.Times > 0:
		if f.Times--; f.Times == 0 {
			f.Times = -1 // used up
		}
	}
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
