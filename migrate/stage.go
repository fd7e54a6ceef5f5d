package migrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Stage is a part of a run that can be done ahead of the rest. A run of all
// stages does what is left.
type Stage string

const (
	// StageAll is all of them.
	StageAll Stage = ""
	// StagePeople creates the users of everybody who takes part or is in Twilio's
	// directory. Authors who left are created when their messages are sent.
	StagePeople Stage = "people"
	// StageMedia stores the files of all messages.
	StageMedia Stage = "media"
	// StageHistory carries conversations but for the newest messages that
	// Options.InboxOrder holds back.
	StageHistory Stage = "history"
	// StageTail sends what is held back, at once.
	StageTail Stage = "tail"
)

// stage does the part of the run that Options.Stage names.
func (e *Engine) stage(ctx context.Context) error {
	switch e.opts.Stage {
	case StagePeople:
		if err := e.carryConversations(ctx, e.stagePeople); err != nil {
			return err
		}
		return e.remainingUsers(ctx)
	case StageMedia:
		return e.carryConversations(ctx, e.stageMedia)
	case StageHistory:
		if err := e.openInbox(); err != nil {
			return err
		}
		return e.patrolled(ctx, func(ctx context.Context) error {
			stopped, err := e.carryHistory(ctx)
			return cmp.Or(err, stopped)
		})
	case StageTail:
		return e.stageTail(ctx)
	}
	return fmt.Errorf("carry: there is no stage %q", e.opts.Stage)
}

// stagePeople creates the users of those who take part in c.
func (e *Engine) stagePeople(c mapping.Conversation, _ turn) piece {
	return e.ahead(c, func(ctx context.Context, w *worker) error {
		w.countPeople()
		return w.createPeople(ctx, w.roster.Members)
	})
}

// stageMedia stores the files of c.
func (e *Engine) stageMedia(c mapping.Conversation, _ turn) piece {
	return e.ahead(c, func(ctx context.Context, w *worker) error {
		for m, err := range carried(w.rules, w.c, w.src.Messages(ctx, w.c, -1)) {
			if err != nil {
				return unreadable("list messages", err)
			}
			if m.LeftOut {
				continue
			}
			if _, err := w.media(ctx, m); err != nil && !errors.Is(err, errGone) {
				return err
			}
		}
		return nil
	})
}

// ahead does some of the work of c before c is carried. What stands in its way is
// left for then; only what ends a run is an error.
func (e *Engine) ahead(c mapping.Conversation, do func(context.Context, *worker) error) piece {
	return func(ctx context.Context) (func(func()), error) { return nil, e.doAhead(ctx, c, do) }
}

func (e *Engine) doAhead(ctx context.Context, c mapping.Conversation, do func(context.Context, *worker) error) error {
	w := &worker{subject: newSubject(e.view, c), writer: e.writer}
	e.stats.begin(c.SID)
	err := w.open(ctx)
	if err == nil {
		w.rec = apart(*w.before)
		err = do(ctx, w)
	}
	e.stats.end(c.SID, true)
	if err != nil && (stops(err) || ctx.Err() != nil) {
		return err
	}
	if err != nil {
		e.log.Warn("not done ahead of time", "conversation", c.SID, "stage", e.opts.Stage, "reason", err)
	}
	e.report.conversation(Summary{Media: w.sum.Media}, lossTally{}, w.problems...)
	return nil
}

// stageTail sends the newest messages of all threads that lack them, in the order
// of their activity but without waiting between them.
func (e *Engine) stageTail(ctx context.Context) error {
	e.inbox = newInbox(0)
	for rec, err := range e.ledger.Threads() {
		if err != nil {
			return ledgerFailure(err)
		}
		if rec.Held.IsZero() {
			continue
		}
		h := &heldThread{conversation: rec.Conversation, service: rec.Service, activity: rec.Held}
		for _, m := range rec.Members {
			h.people = append(h.people, e.census.hash(m.Key))
		}
		e.inbox.hold(h)
	}
	return e.sendHeld(ctx)
}
