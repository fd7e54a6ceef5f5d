package twiliosrc

import (
	"sync"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// damage decides what becomes of items that cannot be read: they are yielded as
// errors or, with skip, left out and counted.
type damage struct {
	skip bool

	mu      sync.Mutex
	places  map[string]bool // of what was left out, so that nothing counts twice; at most maxPlaces
	skipped int64
}

// leaveOut reports whether the n items at e.Place are to be left out rather
// than yielded as e.
func (d *damage) leaveOut(e *mapping.DamagedError, n int64) bool {
	if !d.skip {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.places[e.Place] {
		return true
	}
	d.skipped += n
	if d.places == nil {
		d.places = map[string]bool{}
	}
	if len(d.places) < maxPlaces {
		d.places[e.Place] = true
	}
	return true
}

// maxPlaces bounds what is remembered of a source in which next to nothing can be
// read. What is met twice beyond that counts twice.
const maxPlaces = 100_000

func (d *damage) count() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.skipped
}
