package migrate

import (
	"context"
	"errors"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// delivery is a message on its way into its thread. Tens of thousands of them wait for
// their turn at once: once a message is ready, it is known by its draft alone.
type delivery struct {
	message *mapping.Message // nil once it is ready, and has nothing but its turn to wait for
	created mapping.Timestamp
	draft   mapping.MessageDraft
	from    mapping.CommunicationUserID
	rec     mapping.MessageRecord // what it becomes

	admitted context.Context // of its first attempt, once its turn has come
	release  func()
}

func newDelivery(m *mapping.Message) *delivery {
	rec := mapping.MessageRecord{Index: m.Index, SID: m.SID, Source: m.Source()}
	return &delivery{message: m, created: m.DateCreated, rec: rec}
}

// sendNext carries the next message of the conversation over. It may return errParked,
// and is called again once the turn of the message has come.
func (w *worker) sendNext(ctx context.Context, d *delivery) error {
	if d.message != nil {
		if err := w.precede(ctx, d); err != nil {
			return unlessGone(err)
		}
		d.message = nil
		if w.parks() {
			return errParked
		}
		untilCalled(func(then func()) { w.await(ctx, then) })
	}
	defer d.release()
	return unlessGone(w.atMessage(d, w.send(d.admitted, d)))
}

// atMessage says at which message err occurred.
func (w *worker) atMessage(d *delivery, err error) error {
	return step("message "+strconv.FormatInt(d.rec.Index, 10), err)
}

// precede does everything that comes before a message.
func (w *worker) precede(ctx context.Context, d *delivery) error {
	if err := w.receipts(ctx, d.rec.Index); err != nil {
		return step("send read receipt", err)
	}
	return w.atMessage(d, w.ready(ctx, d))
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
	d := newDelivery(m)
	err := w.ready(ctx, d)
	if err == nil {
		err = w.deliver(ctx, d)
	}
	if err != nil {
		return unlessGone(err)
	}
	w.lose(mapping.LossOutOfOrder, string(m.SID))
	d.rec.Amendment = &mapping.Amendment{Late: true}
	w.progress.LastID = d.rec.IDs[len(d.rec.IDs)-1]
	return ledgerFailure(w.ledger.Amend(w.c.SID, d.rec))
}

// errGone says that a message was deleted in Twilio after it had been listed.
var errGone = errors.New("deleted in Twilio meanwhile")

// countOut counts a message out if err is errGone, and returns err.
func (w *worker) countOut(d *delivery, err error) error {
	if errors.Is(err, errGone) {
		w.log.Info("deleted in Twilio after it had been listed", "conversation", w.c.SID, "message", d.rec.SID)
		w.sum.Messages.Total--
	}
	return err
}

// unlessGone is err unless it is errGone, with which nothing is left to do.
func unlessGone(err error) error {
	if errors.Is(err, errGone) {
		return nil
	}
	return err
}

// ready stores the files of a message, drafts it, and sees to it that whoever sends it
// can.
func (w *worker) ready(ctx context.Context, d *delivery) error {
	if err := w.compose(ctx, d); err != nil {
		return err
	}
	if err := w.firstContact(ctx); err != nil {
		return err
	}
	if w.stubStands(*d.message) {
		w.composeStub(d, *d.message, nil)
	}
	return w.address(ctx, d)
}

// deliver sends a message that is ready and notes what it became.
func (w *worker) deliver(ctx context.Context, d *delivery) error {
	err := w.sendParts(ctx, d)
	if !d.rec.Stub && outcomeOf(err) == refused && badContent(err) && len(d.rec.IDs) == 0 {
		err = w.deliverStub(ctx, d, err)
	}
	if err != nil {
		return err
	}
	w.touched = true
	w.sum.Messages.Created++
	w.report.carried(d.created, w.opts.Previous)
	return nil
}

// compose drafts a message, after its files have been stored.
func (w *worker) compose(ctx context.Context, d *delivery) error {
	found, err := w.media(ctx, *d.message)
	if err == nil {
		*d.message, err = withReceipts(ctx, w.src, w.rules, w.c, *d.message)
	}
	if err != nil {
		return w.countOut(d, err)
	}
	var losses []mapping.Loss
	d.draft, losses = w.rules.ChatMessage(w.roster, *d.message, found)
	w.losses.add(losses)
	return nil
}

// part is what part i of the draft must look like once it has been sent.
func (d *delivery) part(i int) *expected {
	return &expected{d.rec.SID, partOf(i, len(d.draft.Parts)), d.from, d.draft.Parts[i]}
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
	plan := mapping.PartPlan{Message: d.rec.SID, Count: len(d.draft.Parts), Digest: d.draft.Digest}
	old := w.rec.Parts
	if old != nil && old.Message == d.rec.SID && *old != plan {
		if err := w.dropParts(ctx, d.rec.SID); err != nil {
			return err
		}
	}
	if len(d.draft.Parts) == 1 || old != nil && *old == plan {
		return nil
	}
	w.rec.Parts = &plan
	return w.note()
}
