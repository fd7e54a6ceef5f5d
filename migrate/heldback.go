package migrate

import (
	"context"
	"errors"
	"maps"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// holds reports whether the newest message is to be held back: on the first full
// load, in threads that stand in the lists of those who still use them.
func (w *worker) holds() bool {
	return w.inbox != nil && w.turn.held == nil && w.c.State != mapping.StateClosed &&
		(!w.settled() || !w.before.Held.IsZero())
}

// holdBack leaves the newest message for the end of the run. But for that message the
// conversation is done.
func (w *worker) holdBack(ctx context.Context) error {
	newest := *w.waiting[0]
	w.heldBack = true
	if _, err := w.media(ctx, newest); err != nil && !errors.Is(err, errGone) {
		return err // its files can go ahead
	}
	if err := w.removeTemporary(ctx, w.roster.Sender(newest)); err != nil {
		return err
	}
	if err := w.clearTail(ctx); err != nil {
		return err
	}
	if err := w.settleDoubts(ctx); err != nil {
		return step("look for doubles", err)
	}
	var err error
	if w.rec.Held, err = newest.DateCreated.Time(); err != nil || w.rec.Held.IsZero() {
		w.rec.Held = w.rec.BegunAt // of unknown time: as if it was the latest
	}
	return nil
}

// enterInbox lines the thread up for its newest message.
func (w *worker) enterInbox() {
	h := &heldThread{conversation: w.c.SID, service: w.c.ServiceSID, activity: w.rec.Held, acquaintance: w.acquaintance}
	for _, m := range w.roster.Members {
		if m.Key.Kind == mapping.PersonUser {
			h.people = append(h.people, w.census.hash(m.Key))
		}
	}
	w.inbox.hold(h)
}

// awaitTurn waits until the newest message may be sent.
func (w *worker) awaitTurn(ctx context.Context) error {
	if w.turn.held == nil {
		return nil
	}
	return w.inbox.await(ctx, w.turn.held)
}

// onlyTail leaves of the sums what came after the conversation was held back: the
// rest was reported then.
func (w *worker) onlyTail(status mapping.Status) {
	m := &w.sum.Messages
	*m = Tally{Total: m.Created + m.Failed, Created: m.Created, Failed: m.Failed}
	if status != mapping.StatusDone {
		m.Total++
		m.Pending++
	}
	w.sum.Conversations, w.sum.Participants = Tally{}, Tally{}
	w.sum.Media = Tally{Total: w.sum.Media.Created, Created: w.sum.Media.Created}
	counts := maps.Clone(w.losses.counts)
	for code, n := range w.before.Losses {
		if counts[code] -= n; counts[code] <= 0 {
			delete(counts, code)
		}
	}
	w.losses.counts = counts
}
