package migrate

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	// lineRoom is how many conversations are looked at to find the one to begin
	// next. Beyond it the list waits, so that memory does not grow with it.
	lineRoom = 20_000
	// beginsAtOnce is how many conversations are read and prepared side by side,
	// before their threads exist: enough to keep the limit of creations busy.
	beginsAtOnce = 256
	// lengthsAtOnce is how many lengths are asked for side by side.
	lengthsAtOnce = 16
)

// beginning hands out conversations in the order of a line.
type beginning struct {
	*Engine
	line    *line
	start   time.Time
	listed  chan listedConversation
	begins  chan struct{} // holds one item for each conversation that is being begun
	listErr error         // once listed is closed
}

// listedConversation is one of the list with how much of it is left to send.
type listedConversation struct {
	conversation mapping.Conversation
	left         int64
}

// turn is what a conversation is begun with.
type turn struct {
	// slack is how long its calls may wait behind others without setting the end.
	slack time.Duration
	// begun says that the thread exists, or is not needed: another conversation may
	// be begun. It may be called more than once.
	begun func()
	// held is set when all but the newest message had been carried in this run.
	held *heldThread
}

// carryConversations does something with every conversation of the list, many at
// a time, in the order that Options.Order names. Damaged ones are reported.
func (e *Engine) carryConversations(ctx context.Context, work func(mapping.Conversation, turn) piece) error {
	countHooks := e.hookCounter()
	crew := newCrew(ctx, e.opts.Active)
	b := &beginning{
		Engine: e, line: newLine(e.opts.Order), start: time.Now(),
		listed: make(chan listedConversation), begins: make(chan struct{}, beginsAtOnce),
	}
	var lister sync.WaitGroup
	lister.Go(func() { b.list(crew.ctx) })
	for {
		c, slack, ok := b.next(crew.ctx)
		if !ok {
			break
		}
		t := turn{slack: slack, begun: sync.OnceFunc(func() { <-b.begins })}
		crew.begin(opened(work(c, t), t, func(ctx context.Context) error { return countHooks(ctx, c) }))
	}
	err := crew.wait() // the cause; the list's error may only echo it
	lister.Wait()
	if err != nil {
		return err
	}
	return b.listErr
}

// opened is a piece before which something else is done, and after which another
// conversation may be begun.
func opened(p piece, t turn, first func(context.Context) error) piece {
	return func(ctx context.Context) (wait func(func()), err error) {
		if first != nil {
			err, first = first(ctx), nil
		}
		if err == nil {
			wait, err = p(ctx)
		}
		if wait == nil {
			t.begun()
		}
		return wait, err
	}
}

// next waits for a conversation to begin and for the room to do so.
func (b *beginning) next(ctx context.Context) (c mapping.Conversation, slack time.Duration, ok bool) {
	for {
		listed, begins := b.listed, b.begins
		if b.line.len() >= lineRoom {
			listed = nil
		}
		if b.line.len() == 0 {
			begins = nil
		}
		if listed == nil && begins == nil {
			return c, 0, false // the list has ended, and all of it was begun
		}
		select { // the more is known the better the choice
		case l, more := <-listed:
			b.arrive(l, more)
			continue
		default:
		}
		select {
		case <-ctx.Done():
			return c, 0, false
		case l, more := <-listed:
			b.arrive(l, more)
		case begins <- struct{}{}:
			c, slack := b.line.take(b.published(time.Since(b.start)))
			return c, b.actual(slack), true
		}
	}
}

func (b *beginning) arrive(l listedConversation, more bool) {
	if !more {
		b.listed = nil
		return
	}
	b.line.add(l.conversation, l.left)
}

// published converts a time to what it would be if the windows of the limits
// passed as published, which is what the line reckons with; actual converts back.
func (b *beginning) published(d time.Duration) time.Duration {
	if b.opts.Gap == 0 {
		return d
	}
	return time.Duration(float64(d) * float64(time.Second) / float64(b.opts.Gap))
}

func (b *beginning) actual(d time.Duration) time.Duration {
	if b.opts.Gap == 0 {
		return d
	}
	return time.Duration(float64(d) * float64(b.opts.Gap) / float64(time.Second))
}

// list reads the list of conversations and asks how long they are.
func (b *beginning) list(ctx context.Context) {
	defer close(b.listed)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(lengthsAtOnce)
	for c, err := range b.conversations(ctx) {
		var damaged *mapping.DamagedError
		if errors.As(err, &damaged) {
			b.report.damaged(damaged, conversations)
			continue
		}
		if err != nil {
			b.listErr = fmt.Errorf("list conversations: %w", err)
			break
		}
		length := b.lengthOf(c)
		if length == nil {
			b.tell(ctx, c, 0)
			continue
		}
		g.Go(func() error {
			b.tell(gctx, c, length(gctx))
			return nil
		})
	}
	g.Wait() //nolint:errcheck // none of them fails
}

func (b *beginning) tell(ctx context.Context, c mapping.Conversation, left int64) {
	select {
	case b.listed <- listedConversation{c, left}:
	case <-ctx.Done():
	}
}
