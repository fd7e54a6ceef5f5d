package migrate

import (
	"context"
	"fmt"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// LimitError says that a run stopped because of a limit of its own. It can be
// resumed.
type LimitError struct{ Reason string }

func (e *LimitError) Error() string { return "stopped by a limit of its own: " + e.Reason }

// Hint says how to go on.
func (e *LimitError) Hint() string { return "everything was noted; the same command goes on" }

// limit arms Options.MaxDuration until the returned function is called.
func (e *Engine) limit(stop context.CancelCauseFunc) (disarm func()) {
	e.stop = stop
	if e.opts.MaxDuration <= 0 {
		return func() {}
	}
	e.deadline = time.Now().Add(e.opts.MaxDuration)
	t := time.AfterFunc(e.opts.MaxDuration, func() {
		stop(&LimitError{fmt.Sprintf("it has run for %s", e.opts.MaxDuration.Round(time.Millisecond))})
	})
	return func() { t.Stop() }
}

// ended counts conversations that failed, and stops the run when there are too
// many of them.
func (e *Engine) ended(status mapping.Status) {
	if status != mapping.StatusFailed {
		return
	}
	if n := e.failures.Add(1); e.opts.MaxErrors > 0 && n > int64(e.opts.MaxErrors) {
		e.stop(&LimitError{fmt.Sprintf("%d conversations have failed", n)})
	}
}
