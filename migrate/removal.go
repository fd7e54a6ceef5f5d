package migrate

import (
	"context"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// revisit is a worker for a conversation that has been gone through already, or
// that Twilio does not have any more.
func (e *Engine) revisit(d departed) (*worker, error) {
	c := mapping.Conversation{SID: d.conversation, ServiceSID: d.service}
	w := &worker{subject: newSubject(e.view, c), writer: e.writer}
	var err error
	if w.before, err = recordBefore(e.ledger, c.SID); err != nil {
		return nil, err
	}
	if w.progress, err = e.ledger.Progress(c.SID); err != nil {
		return nil, ledgerFailure(err)
	}
	w.rec = apart(*w.before)
	return w, nil
}

// removeMessage deletes a message that is gone in Twilio, unless somebody has
// changed it in ACS.
func (e *Engine) removeMessage(ctx context.Context, d departed) (bool, error) {
	w, err := e.revisit(d)
	if err != nil {
		return false, err
	}
	went, err := w.erase(ctx, d.message)
	if err == nil {
		err = w.removeTemporary(ctx, mapping.Sender{})
	}
	return went, e.survive(ctx, w, d, err)
}

// survive turns a failure that concerns one item into a problem.
func (e *Engine) survive(ctx context.Context, w *worker, d departed, err error) error {
	if err != nil && !stops(err) && ctx.Err() == nil {
		w.problem(d.name(), "delete", err.Error())
		err = nil
	}
	e.report.conversation(Summary{}, w.losses, w.problems...)
	return err
}

// erase deletes the parts of a message and notes it.
func (w *worker) erase(ctx context.Context, rec mapping.MessageRecord) (bool, error) {
	var parts []mapping.ChatMessage
	for i, id := range rec.IDs {
		got, err := w.fetch(ctx, id)
		if err != nil {
			return false, err
		}
		if got.DeletedOn.IsZero() && w.changedByPeople(got, rec, i) {
			w.lose(mapping.LossEditedInACS, string(rec.SID))
			w.log.Warn("deleted in Twilio and changed in ACS, left as it is there", "conversation", w.c.SID, "message", rec.SID)
			return false, nil
		}
		parts = append(parts, got)
	}
	for _, got := range parts {
		if !got.DeletedOn.IsZero() {
			continue
		}
		if err := w.actAs(ctx, got.Sender); err != nil {
			return false, err
		}
		if err := w.deleteMessage(ctx, string(rec.SID), got); err != nil {
			return false, err
		}
	}
	amendment := mapping.Amendment{}
	if rec.Amendment != nil {
		amendment = *rec.Amendment
	}
	amendment.Deleted = true
	rec.Amendment = &amendment
	return true, ledgerFailure(w.ledger.Amend(w.c.SID, rec))
}

// removeThread deletes the thread of a conversation that is gone in Twilio,
// unless people have written in it.
func (e *Engine) removeThread(ctx context.Context, d departed) (bool, error) {
	w, err := e.revisit(d)
	if err != nil {
		return false, err
	}
	went, err := w.eraseThread(ctx)
	return went, e.survive(ctx, w, d, err)
}

func (w *worker) eraseThread(ctx context.Context) (bool, error) {
	used, err := w.used(ctx)
	if err != nil {
		return false, err
	}
	if used {
		w.lose(mapping.LossDeleteWithheld, string(w.c.SID))
		w.log.Warn("gone in Twilio, but people have written in its thread", "conversation", w.c.SID)
		return false, nil
	}
	w.rec.Status, w.rec.Since = mapping.StatusRemoving, time.Now()
	if err := w.note(); err != nil {
		return false, err
	}
	err = w.write(ctx, "delete thread", string(w.c.SID), func(ctx context.Context) error {
		return w.acs.DeleteThread(ctx, w.rec.Acting(), w.rec.Thread)
	})
	if err != nil && !notThere(err) {
		return false, err
	}
	return true, ledgerFailure(w.ledger.Forget(w.c.SID))
}

// used reports whether somebody else than this program has written in the
// thread, or changed something in it.
func (w *worker) used(ctx context.Context) (used bool, err error) {
	written := make(map[mapping.ChatMessageID]bool)
	for rec, err := range w.ledger.Messages(w.c.SID) {
		if err != nil {
			return false, ledgerFailure(err)
		}
		if rec.Amendment == nil {
			continue
		}
		for _, id := range rec.IDs {
			written[id] = true
		}
	}
	err = w.patience.do(ctx, func(ctx context.Context) error {
		used = false
		for m, err := range w.acs.ListMessages(ctx, w.rec.Acting(), w.rec.Thread, time.Time{}) {
			if err != nil {
				return err
			}
			if m.Type != mapping.TypeText && m.Type != mapping.TypeHTML || written[m.ID] || w.dropped(m.ID) {
				continue
			}
			if m.Metadata[mapping.KeyMessageSID] == "" || !m.EditedOn.IsZero() || !m.DeletedOn.IsZero() {
				used = true
				break
			}
		}
		return nil
	})
	return used, err
}
