package migrate

import (
	"context"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// settleRollback deals with what a rollback that was killed has left: threads that
// are gone are forgotten, so that this run begins anew with them; those that are
// still there stay, and the run goes on with them.
func (e *Engine) settleRollback(ctx context.Context) error {
	waited := e.opts.Embedded
	for rec, err := range e.ledger.Threads() {
		if err != nil {
			return ledgerFailure(err)
		}
		if rec.Status != mapping.StatusRemoving {
			continue
		}
		if rec.Thread != "" && !waited { // its deletion may still be under way
			waited = true
			e.log.Warn("a rollback was interrupted: waiting until nothing that it sent can arrive any more", "for", e.opts.Settle)
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
			return step("look for a thread that a rollback was deleting", err)
		}
	}
	if !there {
		e.log.Info("deleted by a rollback, begun anew", "conversation", rec.Conversation)
		return ledgerFailure(e.ledger.Forget(rec.Conversation))
	}
	e.log.Warn("a rollback was about to delete the thread and did not, it stays", "conversation", rec.Conversation)
	rec.Status, rec.Since = mapping.StatusRunning, time.Now()
	return ledgerFailure(e.ledger.RecordThread(rec))
}
