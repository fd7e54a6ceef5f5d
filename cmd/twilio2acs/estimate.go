package main

import "time"

// estimateOver is how far back the speed is looked at. A run that resumes passes
// what is there already at another speed than it sends the rest.
const estimateOver = time.Minute

// estimate tells how much time is left, from the latest speed.
type estimate struct{ samples []sample }

type sample struct {
	at   time.Time
	done int64
}

// left takes in that done of total are done at now; false when nothing can be
// said, because nothing has moved.
func (e *estimate) left(now time.Time, done, total int64) (time.Duration, bool) {
	e.samples = append(e.samples, sample{now, done})
	for now.Sub(e.samples[0].at) > estimateOver {
		e.samples = e.samples[1:]
	}
	first := e.samples[0]
	moved, took := done-first.done, now.Sub(first.at)
	if moved <= 0 || took <= 0 {
		return 0, false
	}
	return time.Duration(float64(took) / float64(moved) * float64(total-done)), true
}
