package migrate

import (
	"cmp"
	"fmt"
	"time"
)

const (
	// Where a run begins: far below what a resource is known to take, and doubled
	// every step.
	firstWidth, firstRate = 32, 100
	// It never falls below these, so that it finds out when all is well again.
	leastWidth, leastRate = 4, 10
	// mostWidth is how many calls are ever under way at once: 5,000 a second where each
	// takes a tenth of a second. Each takes a connection, and with it some 70 KB.
	mostWidth = 512
	// rampStep is how often it rises or falls.
	rampStep = time.Second
	// Latency holds while the mean of a step is at most so many times the best one,
	// and a little for what is not the service's fault.
	latencyFactor = 3
	latencyGrace  = 50 * time.Millisecond
)

// A PaceChange says how wide and fast calls may go from now on, and why.
type PaceChange struct {
	Width  int     // calls under way at once
	Rate   float64 // calls per second; 0 for unlimited
	Fell   bool
	Reason string
}

// ramp finds out how much the resource takes. No limit is published for the sum
// of all sends, so calls under way and calls per second rise while latency holds,
// twofold at first, by a little once the service has refused, and are halved when
// it does.
type ramp struct {
	step  time.Duration
	width level
	rate  level

	open int
	next time.Duration // when the next call may go

	began   time.Duration // when the step did
	answers int
	total   time.Duration // latency of the answers of the step
	best    time.Duration // the lowest mean of any step
	bound   bool          // a limit of the ramp was reached in the step
	fell    bool          // something was refused in the step
}

// level is one of the two limits.
type level struct{ now, least, most, threshold, add float64 }

func (l *level) rise() {
	if l.now < l.threshold {
		l.now = min(2*l.now, l.threshold)
	} else {
		l.now += l.add
	}
	l.now = min(l.now, l.most)
}

func (l *level) fall() {
	l.now = max(l.least, l.now/2)
	l.threshold = l.now
}

// HTTP statuses of answers.
const (
	created         = 201
	tooManyRequests = 429
	unavailable     = 503
)

// noLimit is a rate beyond every service.
const noLimit = 1e9

// newRamp begins a ramp. Without limits of its own the service needs no care: the
// ramp then begins at its top, and falls only when it has to.
func newRamp(opts ScheduleOptions, speed float64) *ramp {
	most := cmp.Or(opts.MaxRate, noLimit)
	r := &ramp{
		step:  time.Duration(float64(rampStep) / speed),
		width: level{now: firstWidth, least: leastWidth, most: mostWidth, threshold: mostWidth, add: leastWidth},
		rate:  level{now: min(firstRate*speed, most), least: min(leastRate*speed, most), most: most, threshold: most, add: firstRate / 4 * speed},
	}
	if opts.Unlimited {
		r.width.now, r.rate.now = r.width.most, r.rate.most
	}
	return r
}

// free is when one more call may go: never, until one under way is answered.
func (r *ramp) free(now time.Duration) time.Duration {
	if r.open >= int(r.width.now) {
		r.bound = true
		return never
	}
	if r.next > now {
		r.bound = true
	}
	return r.next
}

// catchUp bounds how many calls may follow at once when the caller was late.
const catchUp = 20 * time.Millisecond

func (r *ramp) begin(now time.Duration) {
	r.open++
	r.next = max(r.next, now-catchUp) + time.Duration(float64(time.Second)/r.rate.now)
}

// end takes in an answer. Status is 0 where there was none; latency is 0 where it
// is not known.
func (r *ramp) end(now, latency time.Duration, status int) (change PaceChange, changed bool) {
	r.open--
	if reason := overload(status); reason != "" && !r.fell {
		r.fell = true
		r.width.fall()
		r.rate.fall()
		change, changed = r.change(reason), true
		change.Fell = true
	}
	if latency > 0 {
		r.answers++
		r.total += latency
	}
	if now-r.began < r.step {
		return change, changed
	}
	if c, rose := r.endStep(now); rose {
		return c, true
	}
	return change, changed
}

// overload says why an answer asks for less; empty when it does not.
func overload(status int) string {
	switch status {
	case tooManyRequests, unavailable:
		return fmt.Sprintf("ACS answered %d", status)
	}
	return ""
}

// endStep rises if the limits were reached and latency held.
func (r *ramp) endStep(now time.Duration) (PaceChange, bool) {
	holds := true
	if r.answers > 0 {
		mean := r.total / time.Duration(r.answers)
		if r.best == 0 || mean < r.best {
			r.best = mean
		}
		holds = mean <= latencyFactor*r.best+latencyGrace
	}
	rises := r.bound && holds && !r.fell && (r.width.now < r.width.most || r.rate.now < r.rate.most)
	r.began, r.answers, r.total, r.bound, r.fell = now, 0, 0, false, false
	if !rises {
		return PaceChange{}, false
	}
	r.width.rise()
	r.rate.rise()
	return r.change("latency holds"), true
}

func (r *ramp) change(reason string) PaceChange {
	c := PaceChange{Width: int(r.width.now), Rate: r.rate.now, Reason: reason}
	if r.rate.now >= noLimit {
		c.Rate = 0
	}
	return c
}
