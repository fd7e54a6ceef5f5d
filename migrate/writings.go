package migrate

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// ExportACS is all of ACS that an export has: nothing of it writes.
type ExportACS interface {
	VerifyACS
	// ListRawMessages is ListMessages with the messages as ACS wrote them.
	ListRawMessages(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, since time.Time) iter.Seq2[mapping.RawChatMessage, error]
}

// ExportOptions tune an export. The zero value is a sound default.
type ExportOptions struct {
	// Only says which conversations are read. Nil is all in the ledger.
	Only func(mapping.ConversationSID) bool
	// NewThreads asks for threads, too, that the ledger does not know and that users of
	// the migration are in. It takes a call for each of them to find these.
	NewThreads bool
	// Patience is as in VerifyOptions.
	Patience time.Duration
	// Progress is told how many threads have been read since it was last told. Nil is
	// told nothing.
	Progress func(int64)
}

func (o *ExportOptions) withDefaults() ExportOptions {
	var opts ExportOptions
	if o != nil {
		opts = *o
	}
	opts.Patience = cmp.Or(opts.Patience, 10*time.Minute)
	if opts.Only == nil {
		opts.Only = func(mapping.ConversationSID) bool { return true }
	}
	if opts.Progress == nil {
		opts.Progress = func(int64) {}
	}
	return opts
}

// Exported is what an export came to.
type Exported struct {
	Run     int                   `json:"run"` // the latest
	Threads Tally                 `json:"threads"`
	Written map[WritingKind]int64 `json:"written"`
	// Problems are threads that nobody can read any more, or that could not be read.
	Problems     []Problem `json:"problems"`
	MoreProblems int       `json:"moreProblems,omitempty"` // beyond the first hundred
}

// Export reads from the threads of a migration what people have done in them since:
// messages that they wrote, changed and deleted, topics, who came and went, and how
// far they have read. Each is told of it, thread by thread in the order of the
// ledger, and within a thread in the order of time, read marks last. What this
// program wrote is left out as long as it stands as it was written.
//
// Threads that people have begun themselves are not in the ledger. With
// ExportOptions.NewThreads they follow those that are, each begun by a writing of its
// own, with an empty Conversation.
//
// It only reads, so that it can be repeated; a later one has all that an earlier one
// had, in its present state. It never returns nil: the result tells what was read
// even when the error is not nil.
func Export(ctx context.Context, acs ExportACS, ledger VerifyLedger, since time.Time, each func(Writing) error, opts *ExportOptions) (*Exported, error) {
	o := opts.withDefaults()
	e := &exporter{
		threads: newThreads(acs, ledger, o.Patience), acs: acs, since: since, each: each, opts: o,
		mapped: newCensus(), written: make(map[WritingKind]int64),
	}
	err := e.run(ctx)
	out, ferr := e.finish()
	return out, cmp.Or(err, ferr)
}

// exporter is an export on its way.
type exporter struct {
	*threads
	acs   ExportACS
	since time.Time
	each  func(Writing) error
	opts  ExportOptions

	writers writers
	mapped  *census // threads of the ledger
	report  collector
	written map[WritingKind]int64 // so far
}

func (e *exporter) run(ctx context.Context) (err error) {
	if e.writers, err = readWriters(e.ledger); err != nil {
		return err
	}
	if err := e.inOrder(ctx, e.mappedThreads()); err != nil || !e.opts.NewThreads {
		return err
	}
	found, err := e.findThreads(ctx)
	if err != nil {
		return err
	}
	return e.inOrder(ctx, found)
}

// mappedThreads are those of the ledger that are asked for.
func (e *exporter) mappedThreads() iter.Seq2[mapping.ThreadRecord, error] {
	return func(yield func(mapping.ThreadRecord, error) bool) {
		for rec, err := range e.ledger.Threads() {
			if err == nil && rec.Thread == "" {
				continue
			}
			e.mapped.addThread(rec.Thread)
			if err == nil && !e.opts.Only(rec.Conversation) {
				continue
			}
			if !yield(rec, ledgerFailure(err)) {
				return
			}
		}
	}
}

// inOrder reads threads side by side, and hands on what is in them one after the other.
func (e *exporter) inOrder(ctx context.Context, list iter.Seq2[mapping.ThreadRecord, error]) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(verifyThreads)
	var listErr error
	turn := make(chan struct{})
	close(turn)
	for rec, err := range list {
		if err != nil {
			listErr = err
			break
		}
		if gctx.Err() != nil {
			break
		}
		mine, next := turn, make(chan struct{})
		turn = next
		g.Go(func() error {
			defer close(next)
			return e.thread(gctx, rec, mine)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return cmp.Or(listErr, ctx.Err())
}

// thread exports one when it is its turn. Only what makes the rest pointless is an error.
func (e *exporter) thread(ctx context.Context, rec mapping.ThreadRecord, turn <-chan struct{}) error {
	t := &exportedThread{exporter: e, recalled: recalled{rec: rec, users: e.writers}, rows: make(map[mapping.ChatMessageID]spooled)}
	defer t.spool.close()
	err := t.read(ctx)
	select {
	case <-turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err == nil {
		err = t.tell()
		if err != nil {
			return err
		}
		e.opts.Progress(1)
		e.report.conversation(Summary{Conversations: Tally{Total: 1, Unchanged: 1}}, lossTally{})
		return nil
	}
	var hidden *hiddenError
	if !errors.As(err, &hidden) && (stops(err) || ctx.Err() != nil) {
		return err
	}
	e.opts.Progress(1)
	e.report.conversation(Summary{Conversations: Tally{Total: 1, Failed: 1}}, lossTally{},
		Problem{Item: cmp.Or(string(rec.Conversation), string(rec.Thread)), Status: mapping.StatusFailed, Step: "read thread " + string(rec.Thread), Reason: err.Error()})
	return nil
}

func (e *exporter) finish() (*Exported, error) {
	r := e.report.finish()
	last, _, err := e.ledger.LastRun()
	return &Exported{
		Run: last.Number, Threads: r.Summary.Conversations, Written: e.written, Problems: r.Problems, MoreProblems: r.MoreProblems,
	}, ledgerFailure(err)
}
