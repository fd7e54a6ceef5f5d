package migrate

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// Scheduler drives a Schedule with the real clock: it lets calls through one by
// one as the schedule says. Every attempt of every call asks it, since refused
// calls count against the limits as well. It is safe for concurrent use.
type Scheduler struct {
	log   *slog.Logger
	start time.Time

	mu    sync.Mutex
	plan  *Schedule
	alarm *time.Timer
}

// NewScheduler returns a scheduler that begins now. Log may be nil; it is told
// when calls must slow down, and why.
func NewScheduler(opts ScheduleOptions, log *slog.Logger) *Scheduler {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Scheduler{log: log, start: time.Now(), plan: NewSchedule(opts)}
}

// Admit waits until c may be made and counts it. Observe must then be told how
// it ended, exactly once.
func (s *Scheduler) Admit(ctx context.Context, c limits.Call) error {
	done := make(chan error, 1)
	s.Enqueue(ctx, c, time.Time{}, func(err error) { done <- err })
	return <-done
}

// Enqueue is Admit for whoever does not want to wait: then is called, once, when c may
// be made, which is not before notBefore, or with an error. It must neither wait nor ask
// the scheduler, and may be called before Enqueue returns.
func (s *Scheduler) Enqueue(ctx context.Context, c limits.Call, notBefore time.Time, then func(error)) {
	if err := ctx.Err(); err != nil {
		then(err)
		return
	}
	r := &Request{Call: c, Slack: slackOf(ctx), NotBefore: notBefore.Sub(s.start)}
	s.mu.Lock()
	defer s.mu.Unlock()
	forget := context.AfterFunc(ctx, func() { s.withdraw(ctx, r, then) })
	r.granted = func() {
		forget()
		then(nil)
	}
	s.plan.Add(s.now(), r)
	s.pump()
}

// withdraw takes r back, unless it was let through at the same moment: it then
// counts, and whoever asked has to make the call.
func (s *Scheduler) withdraw(ctx context.Context, r *Request, then func(error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.granted == nil {
		return
	}
	s.plan.Remove(r)
	s.pump()
	then(ctx.Err())
}

// Observe learns from the answer to an admitted call: the time it took, and
// whether the service wants less. Status is 0 when there was no answer.
func (s *Scheduler) Observe(c limits.Call, status int, retryAfter time.Duration) {
	s.mu.Lock()
	change, changed := s.plan.End(s.now(), c, status, retryAfter)
	s.pump()
	s.mu.Unlock()
	if !changed {
		return
	}
	level := slog.LevelDebug
	if change.Fell {
		level = slog.LevelWarn
	}
	s.log.Log(context.Background(), level, "pace", "reason", change.Reason, "operation", c.Operation,
		"callsAtOnce", change.Width, "callsPerSecond", change.Rate)
}

// Waits tells for which rows calls have waited so far.
func (s *Scheduler) Waits() map[*limits.Row]Waited {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.plan.Waits()
}

func (s *Scheduler) now() time.Duration { return time.Since(s.start) }

// pump lets through what may go and sets the alarm for what may go later.
func (s *Scheduler) pump() {
	for {
		now := s.now()
		r, again := s.plan.Next(now)
		if r != nil {
			granted := r.granted
			r.granted = nil
			granted()
			continue
		}
		s.wakeAt(now, again)
		return
	}
}

func (s *Scheduler) wakeAt(now, at time.Duration) {
	switch {
	case at == never:
		if s.alarm != nil {
			s.alarm.Stop()
		}
	case s.alarm == nil:
		s.alarm = time.AfterFunc(at-now, s.ring)
	default:
		s.alarm.Reset(at - now)
	}
}

func (s *Scheduler) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pump()
}

type slackKey struct{}

// withSlack gives the calls of ctx a Request.Slack.
func withSlack(ctx context.Context, slack time.Duration) context.Context {
	return context.WithValue(ctx, slackKey{}, slack)
}

func slackOf(ctx context.Context) time.Duration {
	slack, _ := ctx.Value(slackKey{}).(time.Duration)
	return slack
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

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
