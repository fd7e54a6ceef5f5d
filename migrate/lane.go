package migrate

import (
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// laneKey names a lane: a quota for one thread, user, both, or the resource.
type laneKey struct {
	quota        *quota
	user, thread string
}

// lane is the calls that share the windows of one thread, or of one user. They
// go one after the other, so only the first of them competes with other lanes;
// this is what keeps a decision cheap however many wait.
type lane struct {
	key     laneKey
	fine    *quota
	tally   tally
	users   map[string]*tally // of fine, by user
	waiting priority[*Request]
	paused  time.Duration // not before then, since a call was refused
	began   time.Duration // when the latest call was let through

	at    time.Duration // when the first may go, or when nothing is left to remember
	pool  *pool         // where it competes; nil while it sleeps
	place int           // there, or among the sleeping; -1 for neither
}

func newLane(key laneKey, fine *quota) *lane {
	return &lane{key: key, fine: fine, place: -1, waiting: priority[*Request]{
		less: moreUrgent, place: func(r *Request) *int { return &r.place },
	}}
}

// free is when the first call of the lane fits into the windows of its thread and
// user. A lane in which nothing waits may then be forgotten.
func (l *lane) free() time.Duration {
	if l.waiting.len() == 0 {
		return l.forgotten()
	}
	r := l.waiting.first()
	at := max(l.paused, r.NotBefore)
	if free, by := l.tally.free(l.key.quota); free > at {
		at, r.bound = free, by
	}
	if t := l.users[r.User]; t != nil {
		if free, by := t.free(l.fine); free > at {
			at, r.bound = free, by
		}
	}
	return at
}

func (l *lane) forgotten() time.Duration {
	at := max(l.paused, l.tally.forgotten(l.key.quota))
	for _, t := range l.users {
		at = max(at, t.forgotten(l.fine))
	}
	return at
}

// begin counts a call as sent.
func (l *lane) begin(c limits.Call, now time.Duration) {
	l.began = now
	l.tally.begin()
	if l.fine == unlimited {
		return
	}
	if l.users == nil {
		l.users = make(map[string]*tally, 1)
	}
	if l.users[c.User] == nil {
		l.users[c.User] = new(tally)
	}
	l.users[c.User].begin()
}

// end counts a call as answered.
func (l *lane) end(c limits.Call, now time.Duration) {
	l.tally.end(now, l.key.quota)
	if t := l.users[c.User]; t != nil {
		t.end(now, l.fine)
	}
}

// pool is the lanes whose first call needs nothing more than a place in a quota
// of the whole resource, or not even that.
type pool struct {
	quota  *quota
	tally  tally
	paused time.Duration // not before then, since a call was refused
	ready  priority[*lane]
}

func newPool(q *quota) *pool {
	return &pool{quota: q, ready: priority[*lane]{
		less:  func(a, b *lane) bool { return moreUrgent(a.waiting.first(), b.waiting.first()) },
		place: func(l *lane) *int { return &l.place },
	}}
}

// free is when the resource admits one more call.
func (p *pool) free() (time.Duration, *limits.Row) {
	at, by := p.tally.free(p.quota)
	return max(at, p.paused), by
}
