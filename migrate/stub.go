package migrate

import (
	"context"
	"errors"
	"io"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// deliverStub sends the stub of a message that ACS refuses because of err.
func (w *worker) deliverStub(ctx context.Context, d *delivery, err error) error {
	m, rerr := w.reread(ctx, d.rec)
	if rerr != nil {
		return w.countOut(d, rerr)
	}
	w.composeStub(d, *m, err)
	if err := w.address(ctx, d); err != nil {
		return err
	}
	return w.sendParts(ctx, d)
}

// reread reads a message again: its stub refers to the whole of it.
func (w *worker) reread(ctx context.Context, rec mapping.MessageRecord) (*mapping.Message, error) {
	next, stop := w.src.PullMessages(w.c, rec.Index-1, 0)
	defer stop()
	m, err := w.selected(next(ctx))
	switch {
	case errors.Is(err, io.EOF), err == nil && m.SID != rec.SID:
		return nil, errGone
	case err != nil:
		return nil, unreadable("read the message again", err)
	}
	*m, err = withReceipts(ctx, w.src, w.rules, w.c, *m)
	return m, err
}

// composeStub drafts what takes the place of m, which ACS refuses because of err.
func (w *worker) composeStub(d *delivery, m mapping.Message, err error) {
	var losses []mapping.Loss
	d.draft, losses = stubOf(w.rules, w.roster, m)
	d.rec.Stub, d.rec.Source = true, m.Source()
	w.losses.add(losses)
	w.log.Warn("message refused for good, a stub takes its place", "conversation", w.c.SID, "message", d.rec.SID, "error", err)
}

// stubOf drafts what takes the place of m if ACS refuses it. Its text is the
// same whatever the reason, so that a later process knows it again.
func stubOf(rules mapping.Rules, roster *mapping.Roster, m mapping.Message) (mapping.MessageDraft, []mapping.Loss) {
	return rules.Stub(roster, m, "its content is not accepted")
}

// stubStands reports whether an earlier process sent the stub of m and did not
// live to acknowledge it.
func (w *worker) stubStands(m mapping.Message) bool {
	if !w.tail.holds(m.SID) {
		return false
	}
	stub, _ := stubOf(w.rules, w.roster, m)
	return w.tail.found[tailKey{sid: m.SID}].Digest() == stub.Parts[0].Digest()
}

// badContent reports whether ACS finds fault with the message itself, and not
// with who sends it or where.
func badContent(err error) bool {
	s := statusOf(err)
	return s == 400 || s == 413 || s == 422
}
