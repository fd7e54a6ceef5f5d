package fixtureserver

import (
	"math/rand/v2"
	"sync"
)

// faults decides what goes wrong.
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
		f.active = append(f.active, &armedFault{Fault: fault.withDefaults()})
	}
	return f
}

// Inject adds a fault to a server that runs.
func (s *Server) Inject(f Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.active = append(s.faults.active, &armedFault{Fault: f.withDefaults()})
}

// fits reports whether f is about a resource.
func (f Fault) fits(resource Resource) bool { return f.Resource == "" || f.Resource == resource }

// answer is the faults that strike one answer.
func (f *faults) answer(resource Resource) []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var struck []Fault
	for _, fault := range f.active {
		if fault.Mode.ofAnswer() && fault.fits(resource) && fault.turn(f.random) {
			struck = append(struck, fault.Fault)
		}
	}
	return struck
}

// list is the first fault of a mode that strikes a list, if there is one.
func (f *faults) list(resource Resource, mode Mode) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range f.active {
		if fault.Mode == mode && fault.fits(resource) && fault.turn(f.random) {
			return fault.Fault, true
		}
	}
	return Fault{}, false
}

// has reports whether there is a fault of a mode for a resource, whether it is
// going to strike or not.
func (f *faults) has(resource Resource, mode Mode) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range f.active {
		if fault.Mode == mode && fault.fits(resource) {
			return true
		}
	}
	return false
}

// offset reports whether page tokens of a resource count items.
func (f *faults) offset(resource Resource) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range f.active {
		if fault.Offset && fault.fits(resource) {
			return true
		}
	}
	return false
}

// turn counts an occasion that fits and reports whether it is struck.
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
