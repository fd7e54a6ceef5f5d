package migrate

import (
	"cmp"
	"maps"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// ScheduleOptions tune a Schedule. The zero value keeps the published limits.
type ScheduleOptions struct {
	// Rate scales how many calls every published row allows: above 1 for a quota
	// that was raised, below 1 for a resource that others use as well. 0 means 1.
	Rate float64
	// Speed makes every window pass so many times faster, for services that are
	// made for tests. 0 means 1.
	Speed float64
	// MaxRate is how many calls are made per second at most, all of them together.
	// 0 means as many as the service takes.
	MaxRate float64
	// Unlimited leaves the published limits out: only how many calls are under way
	// at once, MaxRate and refusals bound what goes.
	Unlimited bool
}

// Schedule decides which call may be made next, and when, so that no published
// limit is ever exceeded and each is used up. It is a state machine without
// clock, goroutine or lock: every method is told what time it is, as the time
// since some beginning, so that a virtual clock shows the same as a real one. A
// decision costs O(log n) for n waiting calls.
//
// What limits a single thread or user is kept in lanes. A lane sleeps until its
// first call fits into its own windows, then competes for what all share: the
// windows of the resource, the calls under way and the calls per second. Of those
// that compete the one goes first that has waited longest, less Request.Slack.
type Schedule struct {
	quotas   []*quota
	terms    map[limits.Operation]*terms
	lanes    map[laneKey]*lane
	sleeping priority[*lane] // by when they may go
	pools    map[*quota]*pool
	contest  []*pool // the pools, in a fixed order
	ramp     *ramp
	orders   int64
	waits    map[*limits.Row]Waited
}

// Waited is how many calls waited for a row, and how long in all.
type Waited struct {
	Calls int64
	Time  time.Duration
}

// NewSchedule returns a schedule in which nothing has been sent yet.
func NewSchedule(opts ScheduleOptions) *Schedule {
	speed := cmp.Or(opts.Speed, 1)
	s := &Schedule{
		terms: make(map[limits.Operation]*terms),
		lanes: make(map[laneKey]*lane),
		pools: make(map[*quota]*pool),
		ramp:  newRamp(opts, speed),
		waits: make(map[*limits.Row]Waited),
		sleeping: priority[*lane]{
			less:  func(a, b *lane) bool { return a.at < b.at },
			place: func(l *lane) *int { return &l.place },
		},
	}
	s.open(unlimited)
	if opts.Unlimited {
		return s
	}
	s.quotas = quotas(cmp.Or(opts.Rate, 1), speed)
	for _, q := range s.quotas {
		if q.scope == limits.PerResource {
			s.open(q)
		}
	}
	return s
}

func (s *Schedule) open(q *quota) {
	s.pools[q] = newPool(q)
	s.contest = append(s.contest, s.pools[q])
}

// Add takes in a call that waits from now on.
func (s *Schedule) Add(now time.Duration, r *Request) {
	s.orders++
	r.order, r.bound = s.orders, nil
	r.asked = max(now, r.NotBefore)
	r.Slack = min(max(r.Slack, 0), MaxSlack)
	r.terms = s.termsOf(r.Operation)
	r.lane = s.lane(r.terms, r.Call)
	s.lift(r.lane)
	r.lane.waiting.push(r)
	s.lay(r.lane)
}

// Remove takes out a call that nobody waits for any more.
func (s *Schedule) Remove(r *Request) {
	s.lift(r.lane)
	r.lane.waiting.remove(r)
	s.lay(r.lane)
}

// Next lets a call through, which then counts as sent until End is told of its
// answer. Without one it says when to ask again; every Add, Remove and End may
// change that. It is beyond all times while nothing but an answer can help.
func (s *Schedule) Next(now time.Duration) (r *Request, again time.Duration) {
	s.wake(now)
	p, again := s.choose(now)
	if p == nil {
		return nil, again
	}
	l := p.ready.first()
	s.lift(l)
	r = l.waiting.pop()
	s.countWait(r, now)
	l.begin(r.Call, now)
	p.tally.begin()
	s.ramp.begin(now)
	s.lay(l)
	return r, now
}

// End takes in how a call that was let through ended: with what status, 0 for
// none, and how long the service asked to wait, 0 when it did not say. After a
// refusal the calls that share the limit of the thread or user pause, and where
// the service said how long, those that share the resource's as well. It reports
// a change of pace, if it makes one.
func (s *Schedule) End(now time.Duration, c limits.Call, status int, retryAfter time.Duration) (PaceChange, bool) {
	t := s.termsOf(c.Operation)
	l := s.lane(t, c)
	s.lift(l)
	latency := time.Duration(0)
	if l.tally.open == 1 {
		latency = now - l.began // else nobody knows which of them this is
	}
	l.end(c, now)
	t.shared.tally.end(now, t.shared.quota)
	if status == tooManyRequests {
		pause := cmp.Or(retryAfter, l.key.quota.span)
		l.paused = max(l.paused, now+pause)
		if retryAfter > 0 && t.shared.quota != unlimited {
			t.shared.paused = max(t.shared.paused, now+retryAfter)
		}
	}
	s.lay(l)
	return s.ramp.end(now, latency, status)
}

// Waits tells for which rows calls have waited so far.
func (s *Schedule) Waits() map[*limits.Row]Waited { return maps.Clone(s.waits) }

// wake brings the lanes whose time has come into their pools, and forgets those
// in which nothing waits and nothing counts.
func (s *Schedule) wake(now time.Duration) {
	for s.sleeping.len() > 0 && s.sleeping.first().at <= now {
		l := s.sleeping.pop()
		if l.waiting.len() == 0 {
			delete(s.lanes, l.key)
			continue
		}
		l.pool = l.waiting.first().terms.shared
		l.pool.ready.push(l)
	}
}

// choose finds the pool whose first call is the most urgent of those that may go
// now; without one, when there may be one.
func (s *Schedule) choose(now time.Duration) (best *pool, again time.Duration) {
	again = never
	if s.sleeping.len() > 0 {
		again = s.sleeping.first().at
	}
	for _, p := range s.contest {
		if p.ready.len() == 0 {
			continue
		}
		if at, by := p.free(); at > now {
			again = min(again, at)
			p.ready.first().waiting.first().bound = by
			continue
		}
		if best == nil || best.ready.less(p.ready.first(), best.ready.first()) {
			best = p
		}
	}
	if best == nil {
		return nil, again
	}
	if at := s.ramp.free(now); at > now {
		return nil, at
	}
	return best, now
}

func (s *Schedule) countWait(r *Request, now time.Duration) {
	if r.bound == nil || now <= r.asked {
		return
	}
	w := s.waits[r.bound]
	w.Calls++
	w.Time += now - r.asked
	s.waits[r.bound] = w
}

// lift takes a lane out of where it waits, before it changes.
func (s *Schedule) lift(l *lane) {
	switch {
	case l.place < 0: // it is new
	case l.pool != nil:
		l.pool.ready.remove(l)
	default:
		s.sleeping.remove(l)
	}
	l.pool, l.place = nil, -1
}

// lay puts a lane that was lifted to sleep until it may go.
func (s *Schedule) lay(l *lane) {
	l.at = l.free()
	s.sleeping.push(l)
}

func (s *Schedule) termsOf(op limits.Operation) *terms {
	t := s.terms[op]
	if t == nil {
		t = termsOf(op, s.quotas, s.pools)
		s.terms[op] = t
	}
	return t
}

func (s *Schedule) lane(t *terms, c limits.Call) *lane {
	key := t.key(c)
	l := s.lanes[key]
	if l == nil {
		l = newLane(key, t.fine)
		s.lanes[key] = l
	}
	return l
}
