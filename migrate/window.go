package migrate

import (
	"math"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// never is later than every moment of a schedule.
const never = time.Duration(math.MaxInt64)

// quota is all rows of the published table that count the same calls over the
// same scope, so that one tally serves them.
type quota struct {
	scope      limits.Scope
	operations []limits.Operation
	rows       []frame
	keep       int           // the largest count
	span       time.Duration // the longest window
}

// unlimited is the quota of calls that no row counts.
var unlimited = &quota{}

// frame is one row, scaled.
type frame struct {
	row    *limits.Row
	count  int
	window time.Duration
}

// drift is how much longer than published a window is taken to be, as a share
// of it: the clocks of two machines may differ in pace by this much.
const drift = 1e-4

// quotas reads the table. Rate scales counts, speed shortens windows.
func quotas(rate, speed float64) []*quota {
	var all []*quota
	for row := range limits.All() {
		i := slices.IndexFunc(all, func(q *quota) bool {
			return q.scope == row.Scope && slices.Equal(q.operations, row.Operations)
		})
		if i < 0 {
			i = len(all)
			all = append(all, &quota{scope: row.Scope, operations: row.Operations})
		}
		a := frame{
			row:    row,
			count:  max(1, int(math.Floor(float64(row.Count)*rate))),
			window: time.Duration(float64(row.Window) * (1 + drift) / speed),
		}
		all[i].rows = append(all[i].rows, a)
		all[i].keep = max(all[i].keep, a.count)
		all[i].span = max(all[i].span, a.window)
	}
	return all
}

// tally counts calls against a quota. The service counts a call at some moment
// between its sending and its answer; here it counts from the sending until a
// window after the answer, so that no difference in how long calls travel can
// bring too many of them together at the service.
type tally struct {
	open     int             // calls under way
	answered []time.Duration // when the latest calls ended: a ring once full
	next     int             // the oldest of them, once it is full
}

// free is when one more call fits into every window of q: never, while that
// takes the answer to one under way.
func (t *tally) free(q *quota) (at time.Duration, by *limits.Row) {
	for _, a := range q.rows {
		left := a.count - t.open
		if left <= 0 {
			return never, a.row
		}
		if left > len(t.answered) {
			continue
		}
		if free := t.latest(left) + a.window; free > at {
			at, by = free, a.row
		}
	}
	return at, by
}

// latest is when the n-th call from the end was answered.
func (t *tally) latest(n int) time.Duration {
	i := t.next - n
	if i < 0 {
		i += len(t.answered)
	}
	return t.answered[i]
}

func (t *tally) begin() { t.open++ }

// end counts a call that began as answered.
func (t *tally) end(now time.Duration, q *quota) {
	t.open--
	if q.keep == 0 {
		return
	}
	if len(t.answered) < q.keep {
		t.answered = append(t.answered, now)
		t.next = len(t.answered) % q.keep
		return
	}
	t.answered[t.next] = now
	t.next = (t.next + 1) % q.keep
}

// forgotten is when nothing counts any more; never while a call is under way.
func (t *tally) forgotten(q *quota) time.Duration {
	switch {
	case t.open > 0:
		return never
	case len(t.answered) == 0:
		return 0
	}
	return t.latest(1) + q.span
}
