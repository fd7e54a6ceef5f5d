package migrate

import (
	"context"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// settleRemovals deals with threads that a process was deleting when it was killed,
// be it a rollback or a run. Those that are gone are forgotten, so that this run
// begins anew with their conversations; those that are still there stay, and the run
// goes on with them.
func (e *Engine) settleRemovals(ctx context.Context) error {
	waited := e.opts.Embedded
	for rec, err := range e.ledger.Threads() {
		if err != nil {
			return ledgerFailure(err)
		}
		if rec.Status != mapping.StatusRemoving {
			continue
		}
		if rec.Thread != "" && !waited {
			waited = true
			e.log.Warn("threads were being deleted: waiting until no request to do so can arrive any more", "for", e.opts.Settle)
			if err := sleep(ctx, e.opts.Settle); err != nil {
				return err
			}
		}
		if err := e.settleRemoval(ctx, rec); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) settleRemoval(ctx context.Context, rec mapping.ThreadRecord) error {
	there := false
	if rec.Thread != "" {
		var err error
		if there, err = stillThere(ctx, e.acs, e.patience, rec); err != nil {
			return step("look for a thread that was being deleted", err)
		}
	}
	if !there {
		e.log.Info("its thread was deleted", "conversation", rec.Conversation)
		return ledgerFailure(e.ledger.Forget(rec.Conversation))
	}
	e.log.Warn("its thread was to be deleted, but is still there", "conversation", rec.Conversation)
	rec.Status, rec.Since = mapping.StatusRunning, time.Now()
	return ledgerFailure(e.ledger.RecordThread(rec))
}
