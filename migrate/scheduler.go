package migrate

import (
	"context"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// Scheduler lets calls through as the published limits allow. Every attempt of
// every call asks it, since refused calls count against the limits as well. It
// is safe for concurrent use.
type Scheduler struct {
	speed float64

	mu      sync.Mutex
	windows map[windowKey]*window
	swept   time.Time
}

type windowKey struct {
	row   *limits.Row
	scope string
}

// NewScheduler returns a scheduler whose windows pass speed times faster than
// published; 0 means 1.
func NewScheduler(speed float64) *Scheduler {
	if speed <= 0 {
		speed = 1
	}
	return &Scheduler{speed: speed, windows: make(map[windowKey]*window)}
}

// Admit waits until c may be made and counts it.
func (s *Scheduler) Admit(ctx context.Context, c limits.Call) error {
	for {
		wait := s.take(c, time.Now())
		if wait <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// Observe learns from the answer to an admitted call: after a 429 the calls that
// share a limit with it wait as long as the service asked for, or until the
// window in question has passed.
func (s *Scheduler) Observe(c limits.Call, status int, retryAfter time.Duration) {
	const tooManyRequests = 429
	if status != tooManyRequests {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for row := range limits.For(c.Operation) {
		if row.Scope == limits.PerResource && retryAfter == 0 {
			continue // one thread's refusal must not stop them all
		}
		pause := retryAfter
		if pause == 0 {
			pause = s.scaled(row.Window)
		}
		w := s.window(row, c)
		w.pausedUntil = later(w.pausedUntil, now.Add(pause))
	}
}

// take counts c at now, or returns how long it has to wait.
func (s *Scheduler) take(c limits.Call, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	var at time.Time
	for row := range limits.For(c.Operation) {
		at = later(at, s.window(row, c).free(row.Count, s.scaled(row.Window)))
	}
	if at.After(now) {
		return at.Sub(now)
	}
	for row := range limits.For(c.Operation) {
		s.window(row, c).add(now, row.Count)
	}
	return 0
}

func (s *Scheduler) window(row *limits.Row, c limits.Call) *window {
	key := windowKey{row: row}
	switch row.Scope {
	case limits.PerUser:
		key.scope = c.User
	case limits.PerThread:
		key.scope = c.Thread
	case limits.PerUserAndThread:
		key.scope = c.User + " " + c.Thread
	}
	w := s.windows[key]
	if w == nil {
		w = new(window)
		s.windows[key] = w
	}
	return w
}

// sweep forgets windows in which nothing counts any more.
func (s *Scheduler) sweep(now time.Time) {
	const every = time.Minute
	if now.Sub(s.swept) < every {
		return
	}
	s.swept = now
	for key, w := range s.windows {
		if !w.latest.Add(s.scaled(key.row.Window)).After(now) && !w.pausedUntil.After(now) {
			delete(s.windows, key)
		}
	}
}

func (s *Scheduler) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / s.speed)
}

// window holds the times of the latest calls, as many as a row allows.
type window struct {
	times       []time.Time // a ring once full
	next        int
	latest      time.Time
	pausedUntil time.Time
}

// slack keeps calls apart by a little more than the window, because they take
// unequal times to arrive.
const slack = 50 * time.Millisecond

// free is when one more call fits.
func (w *window) free(count int, length time.Duration) time.Time {
	if len(w.times) < count {
		return w.pausedUntil
	}
	return later(w.pausedUntil, w.times[w.next].Add(length+min(slack, length/20)))
}

func (w *window) add(now time.Time, count int) {
	w.latest = now
	if len(w.times) < count {
		w.times = append(w.times, now)
		return
	}
	w.times[w.next] = now
	w.next = (w.next + 1) % count
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
