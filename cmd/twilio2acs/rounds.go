package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// roundsOptions say whether a run is repeated.
type roundsOptions struct {
	untilQuiet bool
	follow     time.Duration
	before     time.Time // when the round before the first one began; zero when there was none
}

func (o *roundsOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&o.untilQuiet, "until-quiet", false, "repeat until a round finds nothing new, the last one comparing everything")
	f.DurationVar(&o.follow, "follow", 0, "go on for good: begin a round every so often, until stopped")
	cmd.MarkFlagsMutuallyExclusive("until-quiet", "follow")
}

const (
	// shortestFollow keeps a run that goes on for weeks from asking Twilio all the
	// time.
	shortestFollow = 10 * time.Second
	// stalledAfter is how long a round may do nothing at all before it is given up
	// and begun anew. It is longer than the patience with an outage.
	stalledAfter = 30 * time.Minute
	// keptRounds is how many of the latest rounds a document tells of.
	keptRounds = 100
)

func (o *roundsOptions) check(source sourceOptions) error {
	switch {
	case o.follow == 0:
		return nil
	case o.follow < shortestFollow:
		return usagef("", "--follow %s is less than %s", o.follow, shortestFollow)
	case !source.isLive():
		return usagef("say --source twilio, or run again on a newer snapshot", "--follow means nothing for a snapshot: it does not change")
	}
	return nil
}

// round is what one round of a repeated run came to.
type round struct {
	Run     int     `json:"run"`
	Deep    bool    `json:"deep"`
	Created int64   `json:"created"`
	Updated int64   `json:"updated"`
	Deleted int64   `json:"deleted"`
	Seconds float64 `json:"seconds"`
	// LagSeconds is how long at most a change had waited in Twilio when this round
	// carried it, as far as it came after the round before; 0 for the first.
	LagSeconds float64 `json:"lagSeconds"`
	Error      string  `json:"error,omitempty"`
}

func (r round) quiet() bool { return r.Created+r.Updated+r.Deleted == 0 && r.Error == "" }

// rounds repeats runs of a migration.
type rounds struct {
	opts  roundsOptions
	ends  time.Time // when all rounds have to end; zero for never
	whole bool      // every round compares everything
	// begin makes the engine of the next round; before is when the previous one
	// began; left is how long it may take, 0 for as long as it likes.
	begin func(deep bool, before time.Time, left time.Duration) *migrate.Engine
	// carry runs it to its end.
	carry func(context.Context, *migrate.Engine) (*migrate.Report, error)
	// ended notes the end of a round that another one follows.
	ended func(*migrate.Report, error) error
	tell  func(round)

	before time.Time
	kept   []round
}

// run makes as many rounds as were asked for and returns the report of the last.
func (r *rounds) run(ctx context.Context) (*migrate.Report, error) {
	deep := r.whole
	r.before = r.opts.before
	for {
		began := time.Now()
		report, err := r.one(ctx, deep)
		if r.opts.follow == 0 && !r.opts.untilQuiet {
			return report, err
		}
		this := roundOf(report, deep, time.Since(began), err)
		r.kept = append(r.kept, this)
		r.kept = r.kept[max(0, len(r.kept)-keptRounds):]
		r.tell(this)
		if err != nil && (r.opts.untilQuiet || !mayPass(err)) {
			return report, err
		}
		if r.opts.untilQuiet && this.quiet() && (deep || report.Summary.All().Unchecked == 0) {
			return report, nil
		}
		if ctx.Err() != nil { // as late as it came, there would have been another round
			return report, cmp.Or(err, ctx.Err())
		}
		deep = r.whole || r.opts.untilQuiet && this.quiet()
		if nerr := r.ended(report, err); nerr != nil {
			return report, nerr
		}
		r.before = began
		if serr := r.pause(ctx, began); serr != nil {
			return report, serr
		}
	}
}

// pause waits until the next round is due.
func (r *rounds) pause(ctx context.Context, began time.Time) error {
	pause := max(0, r.opts.follow-time.Since(began))
	if !r.ends.IsZero() {
		pause = min(pause, max(0, time.Until(r.ends))) // the next round says why it ends
	}
	wait := time.NewTimer(pause)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return nil
	}
}

// one makes one round. When nothing moves for too long it is given up.
func (r *rounds) one(ctx context.Context, deep bool) (*migrate.Report, error) {
	left := time.Duration(0)
	if !r.ends.IsZero() {
		left = max(1, time.Until(r.ends))
	}
	engine := r.begin(deep, r.before, left)
	if r.opts.follow == 0 {
		return r.carry(ctx, engine)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go watch(ctx, engine.Stats, func() { cancel(errStalled) })
	report, err := r.carry(ctx, engine)
	if errors.Is(context.Cause(ctx), errStalled) {
		err = &migrate.OutageError{For: stalledAfter, Err: errStalled}
	}
	return report, err
}

var errStalled = errors.New("nothing has moved any more")

// watch calls stalled when the numbers stay the same for too long.
func watch(ctx context.Context, stats func() migrate.Moment, stalled func()) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	last, since := stats(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if moment := stats(); moment != last {
				last, since = moment, now
			} else if now.Sub(since) >= stalledAfter {
				stalled()
				return
			}
		}
	}
}

// mayPass reports whether an error may be gone by the next round.
func mayPass(err error) bool {
	switch exitCode(err) {
	case exitOutage, exitTwilioUnreachable, exitACSUnreachable, exitIncomplete:
		return true
	}
	return false
}

func roundOf(report *migrate.Report, deep bool, took time.Duration, err error) round {
	all := report.Summary.All()
	r := round{
		Run: report.Run, Deep: deep, Created: all.Created, Updated: all.Updated, Deleted: all.Deleted,
		Seconds: took.Round(time.Millisecond).Seconds(), LagSeconds: report.Lag.Round(time.Second).Seconds(),
	}
	if err != nil {
		r.Error = err.Error()
	}
	return r
}
