package migrate

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// RollbackACS is all of ACS that a rollback has.
type RollbackACS interface {
	VerifyACS
	Remover
	// ListRawMessages is ListMessages with the messages as ACS wrote them.
	ListRawMessages(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, since time.Time) iter.Seq2[mapping.RawChatMessage, error]
}

// A RollbackLedger is all of a ledger that a rollback has.
type RollbackLedger interface {
	VerifyLedger
	CanaryLedger
	RecordThread(mapping.ThreadRecord) error
	// Forget removes everything that is known of a conversation.
	Forget(mapping.ConversationSID) error
	// Restored tells whether the ledger is a copy, and since when it may miss
	// something.
	Restored() (since time.Time, ok bool)
}

// RollbackOptions tune a rollback. The zero value is a sound default.
type RollbackOptions struct {
	// Conversations are those to be rolled back. Empty: all that the ledger knows,
	// and with them everybody who was created.
	Conversations []mapping.ConversationSID
	// IncludeUsed also deletes threads that people have used since: in which they
	// wrote, changed something, or joined.
	IncludeUsed bool
	// Media deletes the files of the conversations, too. Nil keeps them.
	Media MediaRemover
	// Settle is how long a request of a run that was killed may still be under way.
	// 0 means 60 seconds.
	Settle time.Duration
	// Embedded says that the destination lives in this process, so that no request of
	// an earlier one can still be under way.
	Embedded bool
	// Patience is how long the destination may fail before the rollback gives up. 0
	// means 10 minutes.
	Patience time.Duration
	// Progress is told, from several goroutines, that so many more messages have been
	// looked at. Nil is told nothing.
	Progress func(messages int64)
	// Logger receives what an operator may want to know. Nil discards it.
	Logger *slog.Logger
}

func (o *RollbackOptions) withDefaults() RollbackOptions {
	var opts RollbackOptions
	if o != nil {
		opts = *o
	}
	opts.Settle = cmp.Or(opts.Settle, time.Minute)
	opts.Patience = cmp.Or(opts.Patience, 10*time.Minute)
	if opts.Progress == nil {
		opts.Progress = func(int64) {}
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	return opts
}

// RollbackReport is what a rollback has to say.
type RollbackReport struct {
	Run int `json:"run"` // the latest
	// Summary counts threads and their members, the messages of this program in
	// them, users and files. What stays is unchanged, or blocked if it should not.
	Summary  Summary   `json:"summary"`
	Problems []Problem `json:"problems"`
	// MoreProblems counts those beyond the first hundred.
	MoreProblems int `json:"moreProblems,omitempty"`
	// Foreign counts messages that people wrote in the threads themselves.
	Foreign int64 `json:"foreignMessages"`
	// Used counts threads that stay because people have used them.
	Used int64 `json:"usedThreads,omitempty"`
	// Unknown are conversations that were asked for and are not in the ledger.
	Unknown []mapping.ConversationSID `json:"unknownConversations,omitempty"`
	// Unused counts identities that may exist without any use, because the answer to
	// their creation was lost. Nobody can find them.
	Unused int64 `json:"unusedIdentities"`
}

// Rollback deletes what the ledger proves that this program made: first threads,
// each once it stands in the inventory and that is on the disk, then the users whom
// no thread needs that stays, the keeper last. What is deleted the ledger forgets,
// so that the next run begins anew with it.
//
// A thread is deleted only if its metadata name its conversation, and unless opts
// say otherwise only if nobody but this program has used it. A user stays who is in
// a thread that this program does not know. What stays though it should not is
// blocked.
//
// It can be stopped and killed at any time. What is about to be deleted is noted
// first: the next rollback goes on from there, and so does a run, which keeps what
// is still there and begins anew with what is gone.
//
// The report is never nil; it tells what was achieved even when the error is not
// nil.
func Rollback(ctx context.Context, acs RollbackACS, ledger RollbackLedger, inv Inventory, opts *RollbackOptions) (*RollbackReport, error) {
	r := newRollback(acs, ledger, opts)
	r.write, r.inventory = ledger, newInventory(inv)
	return r.finish(r.run(ctx))
}

// PlanRollback tells what Rollback would do. It reads every thread, and writes
// nothing.
func PlanRollback(ctx context.Context, acs RollbackACS, ledger VerifyLedger, opts *RollbackOptions) (*RollbackReport, error) {
	r := newRollback(acs, ledger, opts)
	return r.finish(r.run(ctx))
}

// rollback is one on its way.
type rollback struct {
	*threads
	acs       RollbackACS
	write     RollbackLedger // nil in a plan
	inventory *inventory     // nil in a plan
	opts      RollbackOptions

	ours    *census // users that the ledger knows
	going   *census // conversations of which nothing is left in ACS; in a plan: would be
	deleted *census // their threads
	kept    *census // conversations that the ledger must not forget yet

	report  collector
	foreign atomic.Int64 // messages of people
	used    atomic.Int64 // threads that stay because of them
	unknown []mapping.ConversationSID
}

func newRollback(acs RollbackACS, ledger VerifyLedger, opts *RollbackOptions) *rollback {
	o := opts.withDefaults()
	return &rollback{
		threads: newThreads(acs, ledger, o.Patience), acs: acs, opts: o,
		ours: newCensus(), going: newCensus(), deleted: newCensus(), kept: newCensus(),
	}
}

// plans reports whether nothing is to be written.
func (r *rollback) plans() bool { return r.write == nil }

// partial reports whether only some conversations are rolled back.
func (r *rollback) partial() bool { return len(r.opts.Conversations) > 0 }

func (r *rollback) run(ctx context.Context) error {
	if err := r.untilQuiet(ctx); err != nil {
		return err
	}
	for p, err := range r.ledger.Persons() {
		if err != nil {
			return ledgerFailure(err)
		}
		r.ours.addUser(p.ID)
		r.ours.addUser(p.Deleting)
	}
	if err := r.removeThreads(ctx); err != nil {
		return err
	}
	if err := r.removePeople(ctx); err != nil {
		return err
	}
	return r.forget(ctx)
}

// untilQuiet waits until nothing that a killed run has sent can arrive any more:
// a thread might else come into being after it was looked for.
func (r *rollback) untilQuiet(ctx context.Context) error {
	if r.plans() || r.opts.Embedded {
		return nil
	}
	last, found, err := r.ledger.LastRun()
	if err != nil {
		return ledgerFailure(err)
	}
	var quiet time.Time
	if found && last.Ended.IsZero() {
		quiet = last.Beat.Add(beatEvery + r.opts.Settle)
	}
	if _, ok := r.write.Restored(); ok { // nobody knows when the last process that used the original ended
		quiet = later(quiet, time.Now().Add(r.opts.Settle))
	}
	wait := time.Until(quiet)
	if wait <= 0 {
		return nil
	}
	r.opts.Logger.Warn("waiting until no request of the run before can arrive any more", "for", wait.Round(time.Second))
	return sleep(ctx, wait)
}

// scope lists the records of the conversations to be rolled back.
func (r *rollback) scope() iter.Seq2[mapping.ThreadRecord, error] {
	if !r.partial() {
		return r.ledger.Threads()
	}
	return func(yield func(mapping.ThreadRecord, error) bool) {
		for _, c := range r.opts.Conversations {
			rec, found, err := r.ledger.Thread(c)
			if (found || err != nil) && !yield(rec, err) {
				return
			}
		}
	}
}

// rollbackThreads is how many threads are read and deleted side by side: of each a
// page of messages is in memory.
const rollbackThreads = 32

// removeThreads deletes the threads in scope, with their files.
func (r *rollback) removeThreads(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(rollbackThreads)
	seen := newCensus()
	var listErr error
	for rec, err := range r.scope() {
		if err != nil {
			listErr = ledgerFailure(err)
			break
		}
		if gctx.Err() != nil {
			break
		}
		if seen.addConversation(rec.Conversation) {
			g.Go(func() error { return r.conversation(gctx, rec) })
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, c := range r.opts.Conversations {
		if seen.addConversation(c) {
			r.unknown = append(r.unknown, c)
		}
	}
	return cmp.Or(listErr, ctx.Err())
}

// conversation rolls one back. Only what makes the rest pointless is an error.
func (r *rollback) conversation(ctx context.Context, rec mapping.ThreadRecord) error {
	u := &undoing{rollback: r, rec: rec}
	err := u.run(ctx)
	if err != nil && (stopsRollback(err) || ctx.Err() != nil) {
		return err
	}
	status := mapping.StatusRemoving
	var problems []Problem
	var blocked *BlockedError
	switch {
	case errors.As(err, &blocked):
		status = mapping.StatusBlocked
	case err != nil:
		status = mapping.StatusFailed
	}
	if err != nil {
		r.kept.addConversation(rec.Conversation)
		if !r.plans() {
			r.opts.Logger.Warn("conversation not rolled back", "conversation", rec.Conversation, "status", status, "reason", err)
		}
		problems = append(problems, Problem{Item: string(rec.Conversation), Status: status, Step: "roll back", Reason: err.Error()})
	}
	sum, err := u.count(status)
	r.report.conversation(sum, lossTally{}, problems...)
	return ledgerFailure(err)
}

// stopsRollback is stops, and where nothing may be deleted since the inventory cannot
// be written.
func stopsRollback(err error) bool {
	var inv *inventoryError
	return stops(err) || errors.As(err, &inv)
}

// forget removes from the ledger what is in ACS no more, or never was. It comes
// last: until then the records tell who was in the threads.
func (r *rollback) forget(ctx context.Context) error {
	if r.plans() {
		return nil
	}
	for rec, err := range r.scope() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return ledgerFailure(err)
		}
		if inACS(rec) || r.kept.hasConversation(rec.Conversation) {
			continue
		}
		if err := r.write.Forget(rec.Conversation); err != nil {
			return ledgerFailure(err)
		}
	}
	return nil
}

// inACS reports whether something of the conversation may be in ACS.
func inACS(rec mapping.ThreadRecord) bool { return rec.Thread != "" || rec.CreationKey != "" }

// finish draws the report up.
func (r *rollback) finish(err error) (*RollbackReport, error) {
	rep := r.report.finish()
	out := &RollbackReport{
		Summary: rep.Summary, Problems: rep.Problems, MoreProblems: rep.MoreProblems,
		Foreign: r.foreign.Load(), Used: r.used.Load(), Unknown: r.unknown,
	}
	last, _, lerr := r.ledger.LastRun()
	if lerr != nil {
		return out, cmp.Or(err, ledgerFailure(lerr))
	}
	counts, cerr := r.ledger.Counts()
	out.Run, out.Unused = last.Number, counts.Unused
	return out, cmp.Or(err, ledgerFailure(cerr))
}
