package migrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Twilio is all that the engine reads.
type Twilio interface {
	Source
	DirectorySource
	HookSource
	ItemSource
	MediaSource
}

// ACS is all that the engine writes to and reads back.
type ACS interface {
	Identities
	ThreadWriter
	MessageGate
	ThreadEditor
	ThreadReader
	MessageReader
	Remover
}

// Engine carries one account over. It is used for one run.
type Engine struct {
	*view
	*writer
}

// writer is everything that a run has and a plan has not: what it writes with.
type writer struct {
	acs      ACS
	ledger   Ledger
	store    MediaStore // nil: none
	people   *people
	creators creators
	// fileSlots bounds how many files are stored ahead of their messages.
	fileSlots *semaphore.Weighted
	inbox     *inbox // nil: nothing is held back
	patience  *patience
	stats     Stats
	stop      context.CancelCauseFunc // ends the run for a reason
	deadline  time.Time               // when Options.MaxDuration ends it
	failures  atomic.Int64            // conversations that failed

	// unclean is when the previous run last gave a sign of life, if it did not
	// end by itself: until Settle later its requests may still arrive.
	unclean time.Time

	// restored is when the ledger was copied, if it is a copy: what was done in ACS
	// since then it does not know.
	restored time.Time

	// unsettled is set when a stop left the outcome of a send open.
	unsettled atomic.Bool
}

// New returns an engine. Store may be nil, Rules.MediaURL is then empty.
func New(src Twilio, acs ACS, ledger Ledger, store MediaStore, rules mapping.Rules, opts *Options) *Engine {
	v := newView(src, ledger, rules, opts)
	p := &patience{limit: v.opts.Patience}
	return &Engine{view: v, writer: &writer{
		acs: acs, ledger: ledger, store: store, patience: p,
		people: newPeople(ledger, acs, p), fileSlots: semaphore.NewWeighted(filesAhead),
	}}
}

// grace is how long calls under way may take to end once a run is told to stop,
// so that as few outcomes as possible are left open.
const grace = time.Second

// Run carries over what the ledger does not know to be done. The report is
// never nil; it tells what was achieved even when the error is not nil.
//
// A failed conversation does not stop the others and is no error. Errors are a
// *PreflightError, an *OutageError, the end of ctx, and failures of the source,
// the credentials and the ledger.
func (e *Engine) Run(ctx context.Context) (*Report, error) {
	if lost := mapping.Unaccepted(e.rules.AccountLosses(), e.opts.Accept); len(lost) > 0 {
		return e.report.finish(), &PreflightError{Losses: lost}
	}
	if err := e.begin(); err != nil {
		return e.report.finish(), ledgerFailure(err)
	}
	err := e.run(ctx)
	if ferr := e.ledger.Flush(); err == nil {
		err = ledgerFailure(ferr)
	}
	if cerr := e.countPeople(); err == nil {
		err = ledgerFailure(cerr)
	}
	e.countHeld()
	report := e.report.finish()
	report.Unsettled = e.unsettled.Load()
	if err == nil && !e.restored.IsZero() && !report.Summary.Incomplete() {
		err = ledgerFailure(e.ledger.ClearRestored())
	}
	return report, err
}

// SoFar is the report of a run that is going on: of the conversations that have
// ended.
func (e *Engine) SoFar() *Report { return e.report.finish() }

// begin opens the run in the ledger and learns how the previous one ended.
func (e *Engine) begin() error {
	last, found, err := e.ledger.LastRun()
	if err != nil {
		return err
	}
	if found && last.Ended.IsZero() && !e.opts.Embedded {
		e.unclean = last.Beat
	}
	if taken, ok := e.ledger.Restored(); ok {
		e.log.Warn("the ledger is a copy: what was done after it was taken is looked for in ACS", "taken", taken)
		e.restored = taken
		if !e.opts.Embedded { // nobody knows when the last process that used the original ended
			e.unclean = later(e.unclean, time.Now().Add(-beatEvery))
		}
	}
	run, err := e.ledger.BeginRun(time.Now())
	if err != nil {
		return err
	}
	e.report.begin(run, e.rules.AccountLosses())
	return nil
}

func (e *Engine) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer e.limit(cancel)()
	stopBeat := e.keepBeating(cancel)
	defer stopBeat()

	err := e.carry(ctx)
	if cause := context.Cause(ctx); cause != nil && (errors.Is(err, context.Canceled) || errors.Is(err, cause)) {
		return cause // the ledger's failure, or the caller's reason
	}
	return err
}

// carry reads the directory, then carries conversations, then what is left.
func (e *Engine) carry(ctx context.Context) error {
	if err := e.settleRemovals(ctx); err != nil {
		return err
	}
	var err error
	if e.src, e.rules, err = decide(e.src, e.records, e.rules); err != nil {
		return err
	}
	if err := e.checkAdopted(ctx); err != nil {
		return err
	}
	if e.dir, err = readDirectory(ctx, e.src); err != nil {
		return err
	}
	for _, d := range e.dir.damaged {
		e.report.damaged(d, users)
	}
	if err := e.countHooks(ctx); err != nil {
		return err
	}
	if e.opts.Stage != StageAll {
		return e.stage(ctx)
	}
	if err := e.carryAll(ctx); err != nil {
		return err
	}
	if err := e.depart(ctx, e.removeMessage, e.removeThread); err != nil {
		return err
	}
	return e.remainingUsers(ctx)
}

// carryAll carries all conversations, and at the end what was held back of them.
func (e *Engine) carryAll(ctx context.Context) error {
	if err := e.openInbox(); err != nil {
		return err
	}
	var stopped error
	err := e.patrolled(ctx, func(ctx context.Context) (err error) {
		if stopped, err = e.carryHistory(ctx); err != nil {
			return err
		}
		return e.sendHeld(ctx)
	})
	return cmp.Or(err, stopped)
}

// remainingUsers creates the users of Twilio who are in no conversation.
func (e *Engine) remainingUsers(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(min(e.opts.Active, 64))
	for key, u := range e.dir.everybody(e.opts, e.rules.People) {
		if gctx.Err() != nil {
			break
		}
		e.census.add(key)
		g.Go(func() error {
			_, err := e.people.id(gctx, person{Key: key, DisplayName: u.FriendlyName, UserSID: u.SID}, false)
			if err != nil {
				return fmt.Errorf("create the user of %s: %w", u.SID, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// countPeople fills in the users from the ledger.
func (e *Engine) countPeople() error {
	counts, err := e.ledger.Counts()
	if err != nil {
		return err
	}
	e.report.people(e.report.run.Before, counts, int64(len(e.census.seen)), !e.opts.Whole)
	return nil
}

const (
	flushEvery = 250 * time.Millisecond
	beatEvery  = 5 * time.Second
)

// keepBeating flushes acknowledgements and notes signs of life until the
// returned function is called. A ledger that cannot be written ends the run.
func (e *Engine) keepBeating(fail context.CancelCauseFunc) (stop func()) {
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(flushEvery)
		defer tick.Stop()
		beat := time.Now()
		for {
			select {
			case <-quit:
				return
			case now := <-tick.C:
				err := e.ledger.Flush()
				if err == nil && now.Sub(beat) >= beatEvery {
					beat = now
					err = e.ledger.Beat(now, false, 0)
				}
				if err != nil {
					fail(ledgerFailure(err))
					return
				}
			}
		}
	})
	return func() { close(quit); wg.Wait() }
}

// graceful returns a context for calls: it outlives ctx by the grace, so that
// what is under way may end by itself.
func graceful(ctx context.Context) (context.Context, context.CancelFunc) {
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return calls, func() { stop(); cancel() }
}
