package migrate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// openInbox decides whether newest messages are held back: as long as the first
// full load is not done, which it is once no thread is unfinished and none lacks
// its newest message.
func (e *Engine) openInbox() error {
	if !e.opts.InboxOrder {
		return nil
	}
	threads := false
	for rec, err := range e.ledger.Threads() {
		if err != nil {
			return ledgerFailure(err)
		}
		threads = true
		if rec.Status == mapping.StatusRunning || !rec.Held.IsZero() {
			threads = false
			break
		}
	}
	if !threads {
		e.inbox = newInbox(e.opts.Gap)
	}
	return nil
}

// errReserved ends the carrying of histories when the rest of the time is needed
// for the messages held back.
var errReserved = errors.New("the rest of the time is needed for the newest messages")

// carryHistory carries all conversations, each but for its newest message where
// these are held back. Stopped says that the time ran out for it; what is held
// back can still be sent.
func (e *Engine) carryHistory(ctx context.Context) (stopped, err error) {
	if e.inbox == nil {
		return nil, e.carryConversations(ctx, e.conversation)
	}
	history, stop := context.WithCancelCause(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { e.reserve(history, stop) })
	err = e.carryConversations(history, e.conversation)
	reserved := errors.Is(context.Cause(history), errReserved)
	stop(nil)
	watch.Wait()
	switch {
	case reserved && ctx.Err() != nil: // it is over for the newest messages, too
		return nil, context.Cause(ctx)
	case reserved:
		return &LimitError{fmt.Sprintf("it has run for %s, less the time that the newest messages take", e.opts.MaxDuration)}, nil
	}
	return nil, err
}

// reserve stops the histories when the messages held back need the time that is
// left of Options.MaxDuration.
func (e *Engine) reserve(ctx context.Context, stop context.CancelCauseFunc) {
	if e.opts.MaxDuration <= 0 {
		return
	}
	const margin = 10 // gaps, for what sending takes beyond its turn
	step := max(e.opts.Gap, 10*time.Millisecond)
	for sleep(ctx, step) == nil {
		if need := e.inbox.cost() + margin*step; time.Until(e.deadline) < need {
			stop(errReserved)
			return
		}
	}
}

// sendHeld sends the newest messages that were held back, each when its turn has
// come in the lists of all its members.
func (e *Engine) sendHeld(ctx context.Context) error {
	if e.inbox == nil {
		return nil
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(min(beginsAtOnce, e.opts.Active))
	for _, h := range e.inbox.arrange() {
		if gctx.Err() != nil {
			break
		}
		if e.inbox.claim(h) {
			g.Go(func() error { return e.sendNewest(gctx, h) })
		}
	}
	return g.Wait()
}

// sendNewest sends the newest message of h in its turn.
func (e *Engine) sendNewest(ctx context.Context, h *heldThread) error {
	defer func() { e.inbox.done(h, time.Now()) }()
	c, err := e.src.FetchConversation(ctx, h.service, h.conversation)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // the next run finds that it is gone
	case errors.As(err, new(*mapping.DamagedError)):
		return nil // as the list of conversations has told
	case err != nil:
		return unreadable("fetch the conversation", err)
	}
	return alone(ctx, e.conversation(c, turn{begun: func() {}, held: h}))
}

// countHeld counts the messages that are held back still as pending.
func (e *Engine) countHeld() {
	if e.inbox == nil {
		return
	}
	n := int64(len(e.inbox.waiting()))
	e.report.conversation(Summary{Messages: Tally{Total: n, Pending: n}}, lossTally{})
}
