package migrate

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// patience retries calls for which repeating is safe, and knows when to give
// up: quickly as long as nothing has ever succeeded, since the address is then
// probably wrong, and late once the destination has been seen working.
type patience struct {
	limit   time.Duration
	success atomic.Bool
}

const (
	// firstContact is how long a destination that never answered is tried.
	firstContact = 3 * time.Second
	firstDelay   = 250 * time.Millisecond
	longestDelay = 30 * time.Second
)

// do repeats call until it succeeds, is refused for good, or patience ends.
// Calls whose outcome is unknown are repeated as well: use it only where doing
// something twice does no harm.
func (p *patience) do(ctx context.Context, call func(context.Context) error) error {
	w := p.wait()
	for {
		err := call(ctx)
		switch outcomeOf(err) {
		case done:
			p.success.Store(true)
			return nil
		case refused:
			return err
		}
		if final(err) {
			return err
		}
		if err := w.after(ctx, err); err != nil {
			return err
		}
	}
}

// waiting is a series of failures of one call.
type waiting struct {
	p     *patience
	since time.Time
	delay *backoff.ExponentialBackOff
}

func (p *patience) wait() *waiting {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = firstDelay, longestDelay
	return &waiting{p: p, since: time.Now(), delay: b}
}

// after waits before the next attempt after err, or says why there is none.
func (w *waiting) after(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if yes := says(err, unauthorized); yes {
		return err
	}
	limit, never := w.p.limit, !w.p.success.Load() && statusOf(err) == 0
	if never {
		limit = min(limit, firstContact)
	}
	if spent := time.Since(w.since); spent >= limit {
		return &OutageError{For: spent, Never: never, Err: err}
	}
	if serr := sleep(ctx, w.delay.NextBackOff()); serr != nil {
		return fmt.Errorf("%w (last: %w)", serr, err)
	}
	return nil
}
