package migrate

import (
	"context"
	"errors"
	"io"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// passage is a way through the messages of a conversation as Twilio lists them, beside
// what the ledger has of them.
type passage struct {
	next  func(context.Context) (*mapping.Message, error)
	stop  func()
	known *known
	gone  []mapping.MessageRecord // not listed any more
	over  bool                    // no further message is listed
}

// setOut begins a passage through the messages whose index is above after.
func (w *worker) setOut(after int64) {
	p := &passage{known: newKnown(w.records, w.c.SID, w.progress, after)}
	expected := 0
	if w.turn.held != nil {
		expected = 1
	}
	p.next, p.stop = w.src.PullMessages(w.c, after, expected)
	p.known.leave = func(rec mapping.MessageRecord) { p.gone = append(p.gone, rec) }
	w.countLeftOut(after)
	w.passage = p
}

// close gives back what a passage holds; nil holds nothing.
func (p *passage) close() {
	if p != nil {
		p.stop()
		p.known.stop()
	}
}

// selected is a message that was listed, as the rules select it.
func (w *worker) selected(m *mapping.Message, err error) (*mapping.Message, error) {
	if err == nil && w.rules.SelectsItems() {
		*m, err = selectedOf(w.rules, w.c, *m)
	}
	return m, err
}

// carryMessages goes on through the messages of the passage, brings what was sent in
// step and sends what was not, but for the last one, which waits until the history is
// closed.
func (w *worker) carryMessages(ctx context.Context) error {
	for !w.passage.over {
		if err := w.proceed(ctx, false); err != nil {
			return err
		}
		m, err := w.selected(w.passage.next(ctx))
		switch {
		case errors.Is(err, io.EOF):
			w.passage.over, err = true, w.arrive()
		case err != nil:
			err = unreadable("list messages", err)
		default:
			err = w.message(ctx, m)
		}
		if err != nil {
			return err
		}
	}
	return w.proceed(ctx, true)
}

// arrive deals with what the list does not have: only now is it certain to be whole.
func (w *worker) arrive() error {
	p := w.passage
	if _, err := p.known.rest(); err != nil {
		return ledgerFailure(err)
	}
	w.noteLeftOut()
	w.depart(p.gone)
	if w.turn.held != nil {
		return nil // it was reported when all but the newest message was carried
	}
	return w.countUnchecked(p.known)
}
