package migrate

import (
	"context"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	// patrolGaps is how often a thread whose newest message is held back is looked
	// at, in gaps: once a minute.
	patrolGaps = 60
	// patrolPause is the least time between two looks, so that they stay few.
	patrolPause = 20 * time.Millisecond
)

// patrolled does something while threads whose newest messages are held back are
// looked at.
func (e *Engine) patrolled(ctx context.Context, do func(context.Context) error) error {
	if e.inbox == nil || e.opts.Embedded || e.opts.Gap == 0 { // nothing to look at, or nobody can write there
		return do(ctx)
	}
	g, gctx := errgroup.WithContext(ctx)
	goOn, end := context.WithCancel(gctx)
	g.Go(func() error { return e.patrol(gctx, goOn) })
	g.Go(func() error {
		defer end()
		return do(gctx)
	})
	return g.Wait()
}

// patrol looks at the threads round after round until goOn ends; what it has begun
// it then finishes. Where people write already the order of their lists is theirs,
// and the newest message goes at once.
func (e *Engine) patrol(ctx, goOn context.Context) error {
	round := patrolGaps * e.opts.Gap
	for {
		began := time.Now()
		for _, h := range e.inbox.waiting() {
			if e.peopleWrite(goOn, h) {
				e.log.Info("people write already: its newest message goes at once", "conversation", h.conversation)
				e.inbox.release(h)
				if e.inbox.claim(h) { // else whoever did waits for nothing any more
					if err := e.sendNewest(ctx, h); err != nil {
						return err
					}
				}
			}
			if over(goOn, patrolPause) {
				return nil
			}
		}
		if over(goOn, round-time.Since(began)) {
			return nil
		}
	}
}

// over waits for d and reports whether ctx has ended.
func over(ctx context.Context, d time.Duration) bool { return sleep(ctx, d) != nil }

// peopleWrite reports whether somebody else has written in the thread since its
// last message was sent. What cannot be read is looked at again.
func (e *Engine) peopleWrite(ctx context.Context, h *heldThread) bool {
	rec, _, err := e.ledger.Thread(h.conversation)
	if err != nil || rec.Held.IsZero() {
		return false
	}
	progress, err := e.ledger.Progress(h.conversation)
	if err != nil {
		return false
	}
	last, _ := strconv.ParseInt(string(progress.LastID), 10, 64)
	for m, err := range e.acs.ListMessages(ctx, rec.Acting(), rec.Thread, time.UnixMilli(last)) {
		if err != nil {
			e.log.Debug("a thread could not be looked at", "conversation", h.conversation, "error", err)
			return false
		}
		if m.Type == mapping.TypeText && m.Metadata[mapping.KeyMessageSID] == "" && after(m.ID, progress.LastID) {
			return true
		}
	}
	return false
}
