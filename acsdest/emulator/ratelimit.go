package emulator

import (
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// A limiter enforces the published rate limits with sliding windows. A refused
// call counts like any other, as the service says of its own.
type limiter struct {
	speed float64

	mu      sync.Mutex
	windows map[windowKey]*slidingWindow
	sweepAt int // number of windows at which idle ones are dropped
}

// windowKey is one row of the limits for one instance of its scope.
type windowKey struct {
	row          *limits.Row
	user, thread string
}

// sweepFrom is how many windows are kept before the first look for idle ones.
const sweepFrom = 1024

// newLimiter is nil, which admits everything, unless limits are enforced.
func newLimiter(opts Options) *limiter {
	if !opts.Limits {
		return nil
	}
	return &limiter{speed: opts.LimitsSpeed, windows: make(map[windowKey]*slidingWindow), sweepAt: sweepFrom}
}

// admit counts a call, and reports whether it is within every limit and, when it
// is not, how long a caller who stays silent would have to wait.
func (l *limiter) admit(c limits.Call) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	at := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for row := range limits.For(c.Operation) {
		key := keyFor(row, c)
		w := l.windows[key]
		if w == nil {
			w = &slidingWindow{}
			l.windows[key] = w
		}
		wait = max(wait, w.count(at, row.Count, l.length(row)))
	}
	l.sweep(at)
	return wait, wait <= 0
}

// length is how long a window of row lasts.
func (l *limiter) length(row *limits.Row) time.Duration {
	return time.Duration(float64(row.Window) / l.speed)
}

func keyFor(row *limits.Row, c limits.Call) windowKey {
	key := windowKey{row: row}
	if row.Scope == limits.PerUser || row.Scope == limits.PerUserAndThread {
		key.user = c.User
	}
	if row.Scope == limits.PerThread || row.Scope == limits.PerUserAndThread {
		key.thread = c.Thread
	}
	return key
}

// sweep drops windows without a recent call, now and then, so that memory
// follows what is going on rather than what has ever been.
func (l *limiter) sweep(at time.Time) {
	if len(l.windows) < l.sweepAt {
		return
	}
	for key, w := range l.windows {
		if at.Sub(w.latest()) > l.length(key.row) {
			delete(l.windows, key)
		}
	}
	l.sweepAt = max(sweepFrom, 2*len(l.windows))
}

// A slidingWindow holds the times of the latest calls, in a ring.
type slidingWindow struct {
	times []time.Time
	next  int // the oldest, once the ring is full
}

// count adds a call. It is positive when the call came too early, because the
// limit-th before it is younger than the window: it is how long then to stay
// silent for the next call to be admitted.
func (w *slidingWindow) count(at time.Time, limit int, window time.Duration) (wait time.Duration) {
	if len(w.times) < limit {
		w.times = append(w.times, at)
		w.next = len(w.times) % limit
		return 0
	}
	early := at.Sub(w.times[w.next]) < window
	w.times[w.next] = at
	w.next = (w.next + 1) % limit
	if !early {
		return 0
	}
	return window - at.Sub(w.times[w.next])
}

func (w *slidingWindow) latest() time.Time {
	return w.times[(w.next+len(w.times)-1)%len(w.times)]
}
