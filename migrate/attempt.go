package migrate

import (
	"context"
	"errors"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A traced error names the call to the service it came from, for its support.
type traced interface{ ServiceRequestID() string }

// attempts follows the attempts of one call. What succeeds at once leaves no
// trace; of anything else every attempt is noted, the last one too.
type attempts struct {
	*worker
	operation string
	item      string
	failed    bool
}

// attempts begins a call that is made for an item.
func (w *worker) attempts(operation, item string) *attempts {
	return &attempts{worker: w, operation: operation, item: item}
}

// note takes in how an attempt ended. That it cannot be written down is no
// reason to stop: the next acknowledgement will say so.
func (a *attempts) note(err error) {
	if err == nil && !a.failed {
		return
	}
	a.failed = true
	rec := mapping.Attempt{
		Item: a.item, Thread: a.c.SID, At: time.Now(), Operation: a.operation,
		Outcome: outcomeOf(err).String(), Status: statusOf(err),
	}
	if err != nil {
		rec.Error = err.Error()
	}
	var t traced
	if errors.As(err, &t) {
		rec.RequestID = t.ServiceRequestID()
	}
	if err := a.ledger.RecordAttempt(rec); err != nil {
		a.log.Warn("an attempt could not be noted", "item", a.item, "error", err)
	}
}

// calm waits until nothing of the previous process can arrive any more.
func (w *worker) calm(ctx context.Context) error {
	if wait := w.untilQuiet(); wait > 0 && !w.fresh {
		return sleep(ctx, wait)
	}
	return ctx.Err()
}

// write makes a call that changes something in ACS and may be repeated: until it
// succeeds, is refused for good, or patience ends. What the previous process had
// under way when it died must not come after it.
func (w *worker) write(ctx context.Context, operation, item string, call func(context.Context) error) error {
	if err := w.calm(ctx); err != nil {
		return err
	}
	attempts := w.attempts(operation, item)
	return w.patience.do(ctx, func(ctx context.Context) error {
		calls, cancel := graceful(ctx)
		defer cancel()
		err := call(calls)
		attempts.note(err)
		return err
	})
}
