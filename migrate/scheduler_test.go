package migrate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// admitted is one call that the scheduler let through.
type admitted struct {
	call limits.Call
	at   time.Time
}

// drive lets many callers loose on a scheduler in virtual time.
func drive(t *testing.T, speed float64, callers int, calls func(caller int) []limits.Call) []admitted {
	t.Helper()
	s := migrate.NewScheduler(migrate.ScheduleOptions{Speed: speed}, nil)
	var mu sync.Mutex
	var log []admitted
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for _, c := range calls(i) {
				if err := s.Admit(t.Context(), c); err != nil {
					t.Errorf("Admit: %v", err)
					return
				}
				mu.Lock()
				log = append(log, admitted{c, time.Now()})
				mu.Unlock()
				s.Observe(c, 200, 0)
			}
		})
	}
	wg.Wait()
	return log
}

func scopeOf(row *limits.Row, c limits.Call) string {
	switch row.Scope {
	case limits.PerUser:
		return c.User
	case limits.PerThread:
		return c.Thread
	case limits.PerUserAndThread:
		return c.User + c.Thread
	default:
		return ""
	}
}

// exceeded names a row of the table that a log breaks.
func exceeded(log []admitted, speed, rate float64) string {
	for row := range limits.All() {
		times := map[string][]time.Time{}
		for _, a := range log {
			for r := range limits.For(a.call.Operation) {
				if r == row {
					key := scopeOf(row, a.call)
					times[key] = append(times[key], a.at)
				}
			}
		}
		window := time.Duration(float64(row.Window) / speed)
		count := max(1, int(float64(row.Count)*rate))
		for scope, at := range times {
			slices.SortFunc(at, time.Time.Compare)
			for i := count; i < len(at); i++ {
				if d := at[i].Sub(at[i-count]); d < window {
					return fmt.Sprintf("%s of %q: %d calls within %v", row.Name, scope, count+1, d)
				}
			}
		}
	}
	return ""
}

// No window of any row is ever exceeded by what the scheduler lets through.
func TestSchedulerKeepsEveryWindow(t *testing.T) {
	ops := []limits.Operation{limits.SendMessage, limits.CreateThread, limits.AddParticipants, limits.ListMessages, limits.SendReadReceipt, limits.CreateIdentity}
	for _, speed := range []float64{1, 10} {
		t.Run(fmt.Sprint(speed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := drive(t, speed, 40, func(caller int) []limits.Call {
					r := rand.New(rand.NewPCG(1, uint64(caller)))
					var calls []limits.Call
					for range 100 {
						calls = append(calls, limits.Call{
							Operation: ops[r.IntN(len(ops))],
							User:      fmt.Sprint("user", r.IntN(5)), Thread: fmt.Sprint("thread", r.IntN(5)),
						})
					}
					return calls
				})
				if len(log) != 4000 {
					t.Errorf("%d calls let through, want 4000", len(log))
				}
				if e := exceeded(log, speed, 1); e != "" {
					t.Error(e)
				}
			})
		})
	}
}

// A thread of its own gets exactly what its row allows, not less.
func TestSchedulerReachesTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		drive(t, 1, 1, func(int) []limits.Call {
			calls := make([]limits.Call, 301)
			for i := range calls {
				calls[i] = limits.Call{Operation: limits.SendMessage, User: "u", Thread: "t"}
			}
			return calls
		})
		const bound = 10 * time.Minute // 30 a minute, 301 messages
		if took := time.Since(start); took < bound || took > bound+2*time.Second {
			t.Errorf("301 messages took %v, want %v", took, bound)
		}
	})
}

func TestSchedulerPausesAfterRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := migrate.NewScheduler(migrate.ScheduleOptions{}, nil)
		here := limits.Call{Operation: limits.SendMessage, User: "u", Thread: "here"}
		there := limits.Call{Operation: limits.SendMessage, User: "u", Thread: "there"}
		if err := s.Admit(t.Context(), here); err != nil {
			t.Fatal(err)
		}
		s.Observe(here, 429, 7*time.Second)
		start := time.Now()
		if err := s.Admit(t.Context(), there); err != nil || time.Since(start) > time.Second {
			t.Errorf("another thread waited %v, %v", time.Since(start), err)
		}
		if err := s.Admit(t.Context(), here); err != nil || time.Since(start) != 7*time.Second {
			t.Errorf("waited %v, %v; want the 7 s that were asked for", time.Since(start), err)
		}
		s.Observe(here, 429, 0)
		start = time.Now()
		if err := s.Admit(t.Context(), here); err != nil || time.Since(start).Round(time.Second) != time.Minute {
			t.Errorf("waited %v, %v; want the window of a minute", time.Since(start), err)
		}
	})
}

func TestSchedulerEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := migrate.NewScheduler(migrate.ScheduleOptions{}, nil)
		c := limits.Call{Operation: limits.SendMessage, Thread: "t"}
		for range 10 {
			if err := s.Admit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			s.Observe(c, 201, 0)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Admit(ctx, c); err == nil {
			t.Error("an eleventh call within ten seconds was let through")
		}
	})
}

// What is queued goes when it may, and never before the moment that is asked for; when
// its context ends it is told so, once, and counts for nothing.
func TestSchedulerQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := migrate.NewScheduler(migrate.ScheduleOptions{}, nil)
		c := limits.Call{Operation: limits.SendMessage, User: "8:acs:ana", Thread: "19:one"}
		began := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		var told []string
		queue := func(ctx context.Context, notBefore time.Time) {
			s.Enqueue(ctx, c, notBefore, func(err error) {
				told = append(told, fmt.Sprint(time.Since(began), " ", err))
			})
		}
		queue(t.Context(), time.Time{})
		queue(t.Context(), began.Add(5*time.Second))
		queue(ctx, began.Add(20*time.Second))
		time.Sleep(10 * time.Second)
		cancel()
		synctest.Wait()
		queue(ctx, time.Time{})
		time.Sleep(time.Hour)
		want := []string{"0s <nil>", "5s <nil>", "10s context canceled", "10s context canceled"}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}
