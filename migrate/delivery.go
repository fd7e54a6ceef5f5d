package migrate

import (
	"context"
	"errors"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// delivery is a message on its way into its thread. What is known of it stands here
// rather than on the stack: tens of thousands wait for their turn at once.
type delivery struct {
	message *mapping.Message
	draft   mapping.MessageDraft
	from    mapping.CommunicationUserID
	rec     mapping.MessageRecord // what it becomes

	ready    bool            // nothing but its turn is left to wait for
	admitted context.Context // of its first attempt, once its turn has come
	release  func()
}

// sendNext carries the next message of the conversation over. It may return errParked,
// and is called again once the turn of the message has come.
func (w *worker) sendNext(ctx context.Context, d *delivery) error {
	if !d.ready {
		if err := w.precede(ctx, d); err != nil {
			return unlessGone(err)
		}
		d.ready = true
		if w.parks() {
			return errParked
		}
		d.admitted, d.release = w.admitted(ctx, d)
	}
	defer d.release()
	return unlessGone(w.atMessage(d, w.send(d.admitted, d)))
}

// unlessGone is err unless a message was deleted in Twilio, which is no error then.
func unlessGone(err error) error {
	if errors.Is(err, errGone) {
		return nil
	}
	return err
}

// atMessage says at which message err occurred.
func (w *worker) atMessage(d *delivery, err error) error {
	return step("message "+strconv.FormatInt(d.message.Index, 10), err)
}

// precede does everything that comes before a message.
func (w *worker) precede(ctx context.Context, d *delivery) error {
	if err := w.receipts(ctx, d.message.Index); err != nil {
		return step("send read receipt", err)
	}
	return w.atMessage(d, w.ready(ctx, d))
}

// admitted waits until a message that is ready may be sent. Its first attempt is then
// made with the context returned, and release called after it. What goes wrong here
// that attempt meets as well, and knows what to do about it.
func (w *worker) admitted(ctx context.Context, d *delivery) (admitted context.Context, release func()) {
	if !w.tail.holds(d.message.SID) && w.spaced(ctx) == nil {
		if admitted, release, err := w.acs.AdmitMessage(ctx, d.from, w.rec.Thread); err == nil {
			return admitted, release
		}
	}
	return ctx, func() {}
}

// send sends a message that is ready and acknowledges it.
func (w *worker) send(ctx context.Context, d *delivery) error {
	if err := w.deliver(ctx, d); err != nil {
		return err
	}
	if err := w.ledger.Acknowledge(w.c.SID, d.rec); err != nil {
		return ledgerFailure(err)
	}
	w.progress.Messages++
	w.progress.LastIndex, w.progress.LastID = d.rec.Index, d.rec.IDs[len(d.rec.IDs)-1]
	w.stats.messages.Add(1)
	return nil
}

// sendLate sends a message that came to light only after later ones had been
// sent. It stands behind them.
func (w *worker) sendLate(ctx context.Context, m *mapping.Message) error {
	d := &delivery{message: m}
	err := w.ready(ctx, d)
	if errors.Is(err, errGone) {
		return nil
	}
	if err == nil {
		err = w.deliver(ctx, d)
	}
	if err != nil {
		return err
	}
	w.lose(mapping.LossOutOfOrder, string(m.SID))
	d.rec.Amendment = &mapping.Amendment{Late: true}
	w.progress.LastID = d.rec.IDs[len(d.rec.IDs)-1]
	return ledgerFailure(w.ledger.Amend(w.c.SID, d.rec))
}

// errGone says that a message was deleted in Twilio after it had been listed.
var errGone = errors.New("deleted in Twilio meanwhile")

// ready stores the files of a message, drafts it, and sees to it that whoever sends it
// can.
func (w *worker) ready(ctx context.Context, d *delivery) error {
	if err := w.compose(ctx, d); err != nil {
		return err
	}
	if err := w.firstContact(ctx); err != nil {
		return err
	}
	if d.rec.Stub = w.stubStands(*d.message); d.rec.Stub {
		w.composeStub(d, nil)
	}
	return w.address(ctx, d)
}

// deliver sends a message that is ready and notes what it became.
func (w *worker) deliver(ctx context.Context, d *delivery) error {
	err := w.sendParts(ctx, d)
	if !d.rec.Stub && outcomeOf(err) == refused && badContent(err) && len(d.rec.IDs) == 0 {
		d.rec.Stub = true
		w.composeStub(d, err)
		if err = w.address(ctx, d); err == nil {
			err = w.sendParts(ctx, d)
		}
	}
	if err != nil {
		return err
	}
	w.touched = true
	w.sum.Messages.Created++
	w.report.carried(d.message.DateCreated, w.opts.Previous)
	return nil
}

// compose drafts a message, after its files have been stored.
func (w *worker) compose(ctx context.Context, d *delivery) error {
	d.rec = mapping.MessageRecord{Index: d.message.Index, SID: d.message.SID, Source: d.message.Source()}
	found, err := w.media(ctx, *d.message)
	if err == nil {
		*d.message, err = withReceipts(ctx, w.src, w.rules, w.c, *d.message)
	}
	if errors.Is(err, errGone) {
		w.log.Info("deleted in Twilio after it had been listed", "conversation", w.c.SID, "message", d.rec.SID)
		w.sum.Messages.Total--
	}
	if err != nil {
		return err
	}
	var losses []mapping.Loss
	d.draft, losses = w.rules.ChatMessage(w.roster, *d.message, found)
	w.losses.add(losses)
	return nil
}

// composeStub drafts what takes the place of a message that ACS refuses because of
// err.
func (w *worker) composeStub(d *delivery, err error) {
	var losses []mapping.Loss
	d.draft, losses = stubOf(w.rules, w.roster, *d.message)
	w.losses.add(losses)
	w.log.Warn("message refused for good, a stub takes its place", "conversation", w.c.SID, "message", d.message.SID, "error", err)
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

// part is what part i of the draft must look like once it has been sent.
func (d *delivery) part(i int) *expected {
	return &expected{d.message.SID, partOf(i, len(d.draft.Parts)), d.from, d.draft.Parts[i]}
}

// address does what a draft needs before it is sent: its sender is a member of the
// thread, and its parts are noted.
func (w *worker) address(ctx context.Context, d *delivery) (err error) {
	if err := w.storeChunk(ctx, d.draft); err != nil {
		return err
	}
	if d.from, err = w.sender(ctx, d.draft.Sender); err != nil {
		return err
	}
	return w.planParts(ctx, d)
}

// sendParts sends the parts of one message. After an error the record has the IDs of
// those that have arrived.
func (w *worker) sendParts(ctx context.Context, d *delivery) error {
	d.rec.IDs = make([]mapping.ChatMessageID, 0, len(d.draft.Parts))
	for i := range d.draft.Parts {
		id, err := w.sendPart(ctx, d.part(i))
		if err != nil {
			return err
		}
		d.rec.IDs = append(d.rec.IDs, id)
	}
	return nil
}

// planParts notes what the parts of a long message are before the first is
// sent. If the plan of an earlier process differs, the message has changed in
// Twilio since: the parts that were sent go, and it starts again.
func (w *worker) planParts(ctx context.Context, d *delivery) error {
	plan := mapping.PartPlan{Message: d.message.SID, Count: len(d.draft.Parts), Digest: d.draft.Digest}
	old := w.rec.Parts
	if old != nil && old.Message == d.message.SID && *old != plan {
		if err := w.dropParts(ctx, d.message.SID); err != nil {
			return err
		}
	}
	if len(d.draft.Parts) == 1 || old != nil && *old == plan {
		return nil
	}
	w.rec.Parts = &plan
	return w.note()
}
