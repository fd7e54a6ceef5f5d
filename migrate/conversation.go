package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// worker carries one conversation: the only writer of its thread.
type worker struct {
	subject
	*writer
	rec mapping.ThreadRecord

	turn turn
	// heldBack says that the newest message was held back.
	heldBack bool
	acquaintance
	tail    tail
	passage *passage // nil before the first message
	closing bool     // the history stands there but for the last message
	// members are those of the thread now; nil until they are needed.
	members map[mapping.CommunicationUserID]bool
	authors []author // of the latest messages
	// waiting are messages held back: at first until it is known who writes, then
	// the last one until the history before it is closed.
	waiting []*mapping.Message
	sending *delivery // the message on its way
	ahead   mediaAhead
	next    time.Time // not before then may the next message be sent
	touched bool      // something was changed in this run
	// Until then a call that adds or removes members may still be carried out,
	// although it seemed to have failed.
	addsUntil, removesUntil time.Time
}

// conversation carries c as far as it goes. Its error is not nil only when going on
// with the others is pointless.
func (e *Engine) conversation(c mapping.Conversation, t turn) piece {
	w := e.newWorker(c, t)
	return func(ctx context.Context) (wait func(func()), err error) {
		ctx = withSlack(ctx, t.slack)
		if err = w.run(ctx); errors.Is(err, errParked) {
			return func(goOn func()) { w.await(ctx, goOn) }, nil
		}
		return nil, e.end(ctx, w, err)
	}
}

func (e *Engine) newWorker(c mapping.Conversation, t turn) *worker {
	w := &worker{subject: newSubject(e.view, c), writer: e.writer, turn: t}
	if t.held != nil {
		w.acquaintance = t.held.acquaintance
	}
	return w
}

// end notes and reports how it went. It returns an error as conversation does.
func (e *Engine) end(ctx context.Context, w *worker, err error) error {
	w.passage.close()
	w.ahead.all.Wait()
	e.stats.end(w.c.SID, !w.heldBack)
	status := mapping.StatusPending
	var fatal error
	if err != nil && (stops(err) || ctx.Err() != nil) {
		fatal = err
	} else if status, err = w.conclude(err); err != nil {
		fatal = ledgerFailure(err)
	}
	e.ended(status)
	w.account(ctx, status)
	if w.turn.held != nil {
		w.onlyTail(status)
	}
	if w.heldBack && status == mapping.StatusDone {
		w.enterInbox()
	}
	e.report.conversation(w.sum, w.losses, w.problems...)
	return fatal
}

// run carries the conversation over. After errParked it is called again.
func (w *worker) run(ctx context.Context) error {
	if w.passage == nil {
		if err := w.prelude(ctx); err != nil {
			return err
		}
	}
	if err := w.carryMessages(ctx); err != nil {
		return err
	}
	return w.close(ctx)
}

// prelude does what comes before the first message.
func (w *worker) prelude(ctx context.Context) error {
	w.listed.addConversation(w.c.SID)
	w.stats.begin(w.c.SID)
	if err := w.takeUp(ctx); err != nil {
		return err
	}
	if w.rec.Thread != "" {
		w.turn.begun()
	}
	w.countPeople()
	if err := w.sidecar(ctx); err != nil {
		return step("store the sidecar", err)
	}
	w.c.Raw = nil
	w.roster.Release()
	if w.settled() {
		return w.sync(ctx)
	}
	w.setOut(-1)
	return nil
}

// takeUp learns all about the conversation but its messages.
func (w *worker) takeUp(ctx context.Context) error {
	err := w.open(ctx)
	w.rec = apart(*w.before)
	w.rec.Conversation, w.rec.Service = w.c.SID, w.c.ServiceSID
	return err
}

// apart is a record that can be changed without changing rec.
func apart(rec mapping.ThreadRecord) mapping.ThreadRecord {
	rec.Members, rec.Temporary = slices.Clone(rec.Members), slices.Clone(rec.Temporary)
	rec.Dropped, rec.Doubtful, rec.Foreign = slices.Clone(rec.Dropped), slices.Clone(rec.Doubtful), slices.Clone(rec.Foreign)
	return rec
}

// countPeople counts those who are or become members.
func (w *worker) countPeople() {
	for _, m := range w.roster.Members {
		w.census.add(m.Key)
	}
	if w.draft.Creator == mapping.Keeper {
		w.census.add(mapping.Keeper)
	}
}

// sync brings the thread and its members in step with what has changed since the
// conversation was done, and sets out for its messages.
func (w *worker) sync(ctx context.Context) error {
	if err := w.updateThread(ctx); err != nil {
		return step("update the thread", err)
	}
	if err := w.updateMembers(ctx); err != nil {
		return step("update the members", err)
	}
	since := w.since(w.progress)
	if w.turn.held != nil {
		since = w.progress.LastIndex
	}
	w.setOut(since)
	return nil
}

// close ends the history: whoever wrote nothing joins, whoever was there only to
// write leaves, the last message is sent, and what has been read is marked.
func (w *worker) close(ctx context.Context) error {
	w.closing = true
	if err := w.thread(ctx); err != nil {
		return step("create thread", err)
	}
	if err := w.settleDoubts(ctx); err != nil {
		return step("look for doubles", err)
	}
	if err := w.updateMembers(ctx); err != nil {
		return step("complete the members", err)
	}
	if len(w.waiting) > 0 {
		if w.holds() {
			return w.holdBack(ctx)
		}
		if err := w.removeTemporary(ctx, w.roster.Sender(*w.waiting[0])); err != nil {
			return err
		}
		if err := w.awaitTurn(ctx); err != nil {
			return err
		}
		if err := w.sendWaiting(ctx, 0); err != nil {
			return err
		}
	}
	if err := w.clearTail(ctx); err != nil {
		return err
	}
	if err := w.settleDoubts(ctx); err != nil {
		return step("look for doubles", err)
	}
	if err := w.removeTemporary(ctx, mapping.Sender{}); err != nil {
		return err
	}
	return step("send read receipt", w.remainingReceipts(ctx))
}

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
	if status == mapping.StatusDone && !w.heldBack {
		w.rec.Held = time.Time{}
	}
	if status == mapping.StatusDone && w.settled() && !w.touched && w.rec.Held.Equal(w.before.Held) {
		return status, nil // nothing happened: nothing to note
	}
	if status != w.before.Status || status == mapping.StatusDone {
		w.rec.Since = time.Now()
	}
	w.rec.Status, w.rec.Losses = status, w.losses.counts
	if status == mapping.StatusDone {
		w.rec.Participants = int(w.sum.Participants.Total)
		return status, w.ledger.NoteThread(w.rec)
	}
	return status, w.ledger.RecordThread(w.rec)
}

// note brings the thread's record to disk.
func (w *worker) note() error { return ledgerFailure(w.ledger.RecordThread(w.rec)) }

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
