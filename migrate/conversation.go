package migrate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// worker carries one conversation: the only writer of its thread.
type worker struct {
	*Engine
	c      mapping.Conversation
	roster *mapping.Roster
	draft  mapping.ThreadDraft
	before mapping.ThreadRecord // when the run came to it
	rec    mapping.ThreadRecord
	losses lossTally
	sum    Summary
	// problems are those that do not end the conversation.
	problems []Problem

	// fresh says that this process minted the thread's creation key, so that
	// nothing can be in the thread that it does not know of.
	fresh bool
	// read says that the thread's tail has been read, or need not be.
	read bool
	tail tail
	// members are those of the thread now; nil until they are needed.
	members  map[mapping.CommunicationUserID]bool
	progress mapping.Progress
	next     time.Time // not before then may the next message be sent
	sent     bool      // something was sent in this run
}

// conversation carries c as far as it goes. It returns an error only when going
// on with the others is pointless.
func (e *Engine) conversation(ctx context.Context, c mapping.Conversation) error {
	w := &worker{Engine: e, c: c}
	e.stats.begin()
	err := w.run(ctx)
	e.stats.end()
	status := mapping.StatusPending
	var fatal error
	if err != nil && (stops(err) || ctx.Err() != nil) {
		fatal = err
	} else if status, err = w.conclude(err); err != nil {
		fatal = ledgerFailure(err)
	}
	w.account(ctx, status)
	e.report.conversation(w.sum, w.losses, w.problems...)
	return fatal
}

// problem notes something that needs a person.
func (w *worker) problem(item, step, reason string) {
	w.problems = append(w.problems, Problem{Item: item, Status: mapping.StatusFailed, Step: step, Reason: reason})
}

func (w *worker) run(ctx context.Context) error {
	if err := w.open(ctx); err != nil {
		return err
	}
	if w.rec.Status == mapping.StatusDone {
		return w.sync(ctx)
	}
	if err := w.sidecar(ctx); err != nil {
		return step("store the sidecar", err)
	}
	if err := w.thread(ctx); err != nil {
		return step("create thread", err)
	}
	if err := w.messages(ctx, -1); err != nil {
		return err
	}
	return step("close the history", w.leave(ctx))
}

// sync looks for what is new in a conversation that was done.
func (w *worker) sync(ctx context.Context) error {
	w.losses = lossTally{counts: maps.Clone(w.rec.Losses)} // and those of what is new
	after := w.progress.LastIndex
	if w.opts.Whole {
		after = -1
	} else {
		w.sum.Messages.Unchecked = w.progress.Messages
		var err error
		if w.sum.Media, err = uncheckedFiles(w.ledger, w.c.SID); err != nil {
			return err
		}
	}
	if err := w.messages(ctx, after); err != nil {
		return err
	}
	if !w.sent {
		return nil
	}
	return step("close the history", w.leave(ctx))
}

// open learns all about the conversation but its messages, and refuses what
// must not be begun.
func (w *worker) open(ctx context.Context) error {
	var err error
	if w.rec, _, err = w.ledger.Thread(w.c.SID); err != nil {
		return ledgerFailure(err)
	}
	if w.progress, err = w.ledger.Progress(w.c.SID); err != nil {
		return ledgerFailure(err)
	}
	w.before = w.rec
	w.rec.Conversation, w.rec.Service = w.c.SID, w.c.ServiceSID
	s, err := survey(ctx, w.src, w.rules, w.dir, w.c)
	w.sum.Participants.Total = s.participants
	if err != nil {
		return err
	}
	w.roster, w.draft = s.roster, s.draft
	w.losses.add(s.losses)
	if !begun(w.rec) {
		if err := mayBegin(ctx, w.src, w.c, s, w.opts); err != nil {
			return err
		}
	}
	for _, p := range s.people() {
		w.census.add(p.Key)
	}
	return nil
}

// begun reports whether something of the conversation may have been written:
// what could block it has then been decided, under the same rules.
func begun(rec mapping.ThreadRecord) bool { return rec.CreationKey != "" }

// conclude notes how the conversation ended.
func (w *worker) conclude(err error) (mapping.Status, error) {
	var blocked *BlockedError
	var open *OpenError
	status := mapping.StatusDone
	w.rec.Step, w.rec.Reason = "", ""
	switch {
	case errors.As(err, &blocked):
		status, w.rec.Reason = mapping.StatusBlocked, blocked.Reason
	case errors.As(err, &open):
		status, w.rec.Reason = mapping.StatusOpen, open.Reason
	case err != nil:
		status, w.rec.Reason = mapping.StatusFailed, err.Error()
	}
	var st *stepError
	if errors.As(err, &st) {
		w.rec.Step, w.rec.Reason = st.step, st.err.Error()
	}
	if err != nil {
		w.log.Warn("conversation not done", "conversation", w.c.SID, "status", status, "step", w.rec.Step, "reason", w.rec.Reason)
		w.problems = append(w.problems, Problem{Item: string(w.c.SID), Status: status, Step: w.rec.Step, Reason: w.rec.Reason})
	}
	if status == mapping.StatusDone && w.rec.Status == mapping.StatusDone && !w.sent {
		return status, nil // nothing happened: nothing to note
	}
	w.rec.Status, w.rec.Since, w.rec.Losses = status, time.Now(), w.losses.counts
	if status == mapping.StatusDone {
		if err := w.ledger.Fold(w.c.SID); err != nil {
			return status, err
		}
	}
	return status, w.ledger.RecordThread(w.rec)
}

// leave sends the last read receipts and takes temporary members out.
func (w *worker) leave(ctx context.Context) error {
	if err := w.receipts(ctx, endOfTime); err != nil {
		return err
	}
	return w.removeTemporary(ctx)
}

// stepError says at which step something went wrong.
type stepError struct {
	step string
	err  error
}

func (e *stepError) Error() string { return fmt.Sprintf("%s: %v", e.step, e.err) }
func (e *stepError) Unwrap() error { return e.err }

func step(name string, err error) error {
	if err == nil {
		return nil
	}
	return &stepError{name, err}
}
