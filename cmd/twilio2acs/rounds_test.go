package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// scripted are rounds that end as they are told to, the last one again and again.
func scripted(opts roundsOptions, ends ...migrate.Report) (*rounds, *[]round) {
	var told []round
	var deeps []bool
	n := 0
	r := &rounds{
		opts: opts,
		begin: func(deep bool, _ time.Time, _ time.Duration) *migrate.Engine {
			deeps = append(deeps, deep)
			return nil
		},
		carry: func(context.Context, *migrate.Engine) (*migrate.Report, error) {
			report := ends[min(n, len(ends)-1)]
			n++
			report.Run = n
			return &report, nil
		},
		ended: func(*migrate.Report, error) error { return nil },
		tell:  func(r round) { told = append(told, r) },
	}
	return r, &told
}

func carriedMessages(n int64) migrate.Report {
	return migrate.Report{Summary: migrate.Summary{Messages: migrate.Tally{Total: n + 5, Created: n, Unchecked: 5}}}
}

// A run until quiet goes on while there is something new, and ends with a round
// that compares everything.
func TestRoundsUntilQuiet(t *testing.T) {
	r, told := scripted(roundsOptions{untilQuiet: true}, carriedMessages(3), carriedMessages(1), carriedMessages(0))
	if _, err := r.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []struct {
		created int64
		deep    bool
	}{{3, false}, {1, false}, {0, false}, {0, true}}
	if len(*told) != len(want) {
		t.Fatalf("rounds %+v, want %d", *told, len(want))
	}
	for i, w := range want {
		if got := (*told)[i]; got.Created != w.created || got.Deep != w.deep {
			t.Errorf("round %d: %+v, want %+v", i+1, got, w)
		}
	}
}

// What a deep round finds is followed by quick ones, until another deep one finds
// nothing.
func TestRoundsGoOnAfterADeepOne(t *testing.T) {
	r, told := scripted(roundsOptions{untilQuiet: true}, carriedMessages(0), carriedMessages(2), carriedMessages(0))
	if _, err := r.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(*told); n != 4 || !(*told)[1].Deep || (*told)[2].Deep || !(*told)[3].Deep {
		t.Errorf("rounds %+v, want quick, deep, quick, deep", *told)
	}
}

// An interruption that comes too late to break off a round ends the rounds all the
// same, and is not taken for their end.
func TestRoundsInterruptedAtTheEnd(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	r, told := scripted(roundsOptions{untilQuiet: true}, carriedMessages(1))
	carry := r.carry
	r.carry = func(ctx context.Context, e *migrate.Engine) (*migrate.Report, error) {
		interrupt()
		return carry(ctx, e)
	}
	if _, err := r.run(ctx); !errors.Is(err, context.Canceled) || len(*told) != 1 {
		t.Errorf("error %v after %d rounds; want the interruption after one", err, len(*told))
	}
}

// An error that the next round will meet as well ends a run until quiet.
func TestRoundsEndWithAnError(t *testing.T) {
	r, told := scripted(roundsOptions{untilQuiet: true}, carriedMessages(1))
	refused := errors.New("refused")
	r.carry = func(context.Context, *migrate.Engine) (*migrate.Report, error) { return new(migrate.Report), refused }
	if _, err := r.run(t.Context()); !errors.Is(err, refused) || len(*told) != 1 || (*told)[0].Error == "" {
		t.Errorf("error %v after %+v", err, *told)
	}
}

// A round in which nothing moves is given up, one in which something does is not.
func TestWatch(t *testing.T) {
	for _, tt := range []struct {
		name   string
		moves  time.Duration // how often something moves
		stalls bool
	}{
		{"nothing moves", 24 * time.Hour, true},
		{"something moves now and then", 20 * time.Minute, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				stats := func() migrate.Moment { return migrate.Moment{Messages: int64(time.Since(began) / tt.moves)} }
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
				defer cancel()
				stalled := false
				watch(ctx, stats, func() { stalled = true })
				if stalled != tt.stalls {
					t.Errorf("stalled %v after %s, want %v", stalled, time.Since(began), tt.stalls)
				}
			})
		})
	}
}
