package migrate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// endOfTime is above every index.
const endOfTime = math.MaxInt64

// carryMessages goes through those of the conversation whose index is above
// after, brings what was sent in step and sends what was not, but for the last
// one, which waits until the history is closed.
func (w *worker) carryMessages(ctx context.Context, after int64) error {
	known := newKnown(w.records, w.c.SID, after)
	defer known.stop()
	var gone []mapping.MessageRecord
	known.leave = func(rec mapping.MessageRecord) { gone = append(gone, rec) }
	for m, err := range w.src.Messages(ctx, w.c, after) {
		if err != nil {
			return unreadable("list messages", err)
		}
		if err := w.message(ctx, m, known); err != nil {
			return err
		}
	}
	if _, err := known.rest(); err != nil {
		return ledgerFailure(err)
	}
	for _, rec := range gone { // only now is it certain that the list was whole
		w.gone.add(departed{w.c.ServiceSID, w.c.SID, rec})
	}
	return w.countUnchecked(known)
}

func (w *worker) message(ctx context.Context, m mapping.Message, known *known) error {
	w.sum.Messages.Total++
	rec, there, err := known.at(m.Index)
	if err != nil {
		return ledgerFailure(err)
	}
	switch w.judge(m, rec, there) {
	case missing:
		return w.hold(ctx, m)
	case late:
		err = w.sendLate(ctx, m)
	case edited:
		err = w.amend(ctx, m, rec)
	case confused:
		w.sum.Messages.Failed++
		w.problem(string(m.SID), "compare", fmt.Sprintf("message %s was carried under its index", rec.SID))
	default:
		err = w.confirm(ctx, m)
	}
	w.stats.messages.Add(1)
	return step("message "+strconv.FormatInt(m.Index, 10), err)
}

// confirm counts a message that stands in the thread as it should.
func (w *worker) confirm(ctx context.Context, m mapping.Message) error {
	found, err := w.recordedMedia(ctx, m)
	if err != nil {
		return err
	}
	w.sum.Messages.Unchanged++
	if !w.settled() { // else the ledger has its losses
		_, losses := w.rules.ChatMessage(w.roster, m, found)
		w.losses.add(losses)
	}
	exists, err := w.sentBefore(w.roster.Sender(m).Key)
	if exists {
		w.census.add(w.roster.Sender(m).Key)
	}
	return err
}

const (
	// gatheredBytes is how much of a conversation is held before its thread is
	// created, to learn who writes: some ten messages. Whoever writes only after that
	// joins later, which costs a call; tens of thousands of conversations may hold as
	// much.
	gatheredBytes = 8 << 10
	// messageBytes is what a message holds besides its texts.
	messageBytes = 512
)

// hold keeps m back until the next one comes, or until it is known who writes.
func (w *worker) hold(ctx context.Context, m mapping.Message) error {
	w.waiting = append(w.waiting, m)
	if w.rec.Thread == "" && !w.opts.Whole && weight(w.waiting) < gatheredBytes {
		return nil
	}
	if err := w.thread(ctx); err != nil {
		return step("create thread", err)
	}
	return w.sendWaiting(ctx, 1)
}

// weight is about how many bytes messages hold.
func weight(messages []mapping.Message) (n int) {
	for _, m := range messages {
		n += messageBytes + len(m.Raw) + len(m.Body) + len(m.Attributes)
	}
	return n
}

// sendWaiting sends what was held back, but for the last keep messages.
func (w *worker) sendWaiting(ctx context.Context, keep int) error {
	for len(w.waiting) > keep {
		m := w.waiting[0]
		w.waiting = slices.Delete(w.waiting, 0, 1)
		if err := w.receipts(ctx, m.Index); err != nil {
			return step("send read receipt", err)
		}
		if err := w.send(ctx, m); err != nil {
			return step("message "+strconv.FormatInt(m.Index, 10), err)
		}
	}
	return nil
}

// send carries one message over and acknowledges it.
func (w *worker) send(ctx context.Context, m mapping.Message) error {
	rec, err := w.deliver(ctx, m)
	if errors.Is(err, errGone) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := w.ledger.Acknowledge(w.c.SID, rec); err != nil {
		return ledgerFailure(err)
	}
	w.progress.Messages++
	w.progress.LastIndex, w.progress.LastID = rec.Index, rec.IDs[len(rec.IDs)-1]
	w.stats.messages.Add(1)
	return nil
}

// sendLate sends a message that came to light only after later ones had been
// sent. It stands behind them.
func (w *worker) sendLate(ctx context.Context, m mapping.Message) error {
	rec, err := w.deliver(ctx, m)
	if errors.Is(err, errGone) {
		return nil
	}
	if err != nil {
		return err
	}
	w.lose(mapping.LossOutOfOrder, string(m.SID))
	rec.Amendment = &mapping.Amendment{Late: true}
	w.progress.LastID = rec.IDs[len(rec.IDs)-1]
	return ledgerFailure(w.ledger.Amend(w.c.SID, rec))
}

// errGone says that a message was deleted in Twilio after it had been listed.
var errGone = errors.New("deleted in Twilio meanwhile")

// deliver sends m with its files and says what it became.
func (w *worker) deliver(ctx context.Context, m mapping.Message) (mapping.MessageRecord, error) {
	rec := mapping.MessageRecord{Index: m.Index, SID: m.SID, Source: m.Source()}
	found, err := w.media(ctx, m)
	if err == nil {
		m, err = withReceipts(ctx, w.src, w.rules, w.c, m)
	}
	if errors.Is(err, errGone) {
		w.log.Info("deleted in Twilio after it had been listed", "conversation", w.c.SID, "message", m.SID)
		w.sum.Messages.Total--
	}
	if err != nil {
		return rec, err
	}
	draft, losses := w.rules.ChatMessage(w.roster, m, found)
	w.losses.add(losses)
	if err := w.firstContact(ctx); err != nil {
		return rec, err
	}
	if rec.Stub = w.stubStands(m); !rec.Stub {
		rec.IDs, err = w.sendDraft(ctx, m, draft)
		rec.Stub = outcomeOf(err) == refused && badContent(err) && len(rec.IDs) == 0
	}
	if rec.Stub {
		stub, losses := stubOf(w.rules, w.roster, m)
		w.losses.add(losses)
		w.log.Warn("message refused for good, a stub takes its place", "conversation", w.c.SID, "message", m.SID, "error", err)
		rec.IDs, err = w.sendDraft(ctx, m, stub)
	}
	if err != nil {
		return rec, err
	}
	w.touched = true
	w.sum.Messages.Created++
	w.report.carried(m.DateCreated, w.opts.Previous)
	return rec, nil
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

// sendDraft sends the parts of one message. With an error it returns the IDs of
// those that have arrived.
func (w *worker) sendDraft(ctx context.Context, m mapping.Message, draft mapping.MessageDraft) ([]mapping.ChatMessageID, error) {
	if err := w.storeChunk(ctx, draft); err != nil {
		return nil, err
	}
	from, err := w.sender(ctx, draft.Sender)
	if err != nil {
		return nil, err
	}
	if err := w.planParts(ctx, m, draft); err != nil {
		return nil, err
	}
	ids := make([]mapping.ChatMessageID, 0, len(draft.Parts))
	for i, part := range draft.Parts {
		id, err := w.sendPart(ctx, from, expected{m.SID, partOf(i, len(draft.Parts)), from, part})
		if err != nil {
			return ids, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// planParts notes what the parts of a long message are before the first is
// sent. If the plan of an earlier process differs, the message has changed in
// Twilio since: the parts that were sent go, and it starts again.
func (w *worker) planParts(ctx context.Context, m mapping.Message, draft mapping.MessageDraft) error {
	plan := mapping.PartPlan{Message: m.SID, Count: len(draft.Parts), Digest: draft.Digest}
	old := w.rec.Parts
	if old != nil && old.Message == m.SID && *old != plan {
		if err := w.dropParts(ctx, m.SID); err != nil {
			return err
		}
	}
	if len(draft.Parts) == 1 || old != nil && *old == plan {
		return nil
	}
	w.rec.Parts = &plan
	return w.note()
}

// sendPart sends one message, or finds that it is there already.
func (w *worker) sendPart(ctx context.Context, from mapping.CommunicationUserID, want expected) (mapping.ChatMessageID, error) {
	id, err := w.tail.adopt(want)
	if errors.Is(err, errEarlier) {
		err = w.dropParts(ctx, want.sid)
	}
	if id != "" || err != nil {
		w.arrived(id)
		return id, err
	}
	failures, attempts := w.patience.wait(), w.attempts("send message", string(want.sid))
	for {
		if err := w.spaced(ctx); err != nil {
			return "", err
		}
		id, err := w.attempt(ctx, from, want.message)
		attempts.note(err)
		switch outcomeOf(err) {
		case done:
			w.patience.success.Store(true)
			w.arrived(id)
			return id, nil
		case refused:
			return "", err
		case unknown:
			w.log.Warn("outcome open, reading the thread", "conversation", w.c.SID, "message", want.sid, "error", err)
			id, serr := w.settle(ctx, want, time.Now())
			if serr != nil {
				w.unsettled.Store(true)
			} else if id == "" {
				serr = w.doubt(want.sid)
			}
			if id != "" || serr != nil {
				w.arrived(id)
				return id, serr
			}
		}
		if err := failures.after(ctx, err); err != nil {
			return "", err
		}
	}
}

func (w *worker) attempt(ctx context.Context, from mapping.CommunicationUserID, m mapping.NewChatMessage) (mapping.ChatMessageID, error) {
	calls, cancel := graceful(ctx)
	defer cancel()
	return w.acs.SendMessage(calls, from, w.rec.Thread, m)
}

// arrived notes when the next message may be sent: not within the same stretch
// of server time, as the ID tells it. IDs are unique in a thread, so one may be
// a few milliseconds ahead of the clock, which the margin is for.
func (w *worker) arrived(id mapping.ChatMessageID) {
	ms, err := strconv.ParseInt(string(id), 10, 64)
	if gap := w.opts.Gap.Milliseconds(); err == nil && gap > 0 {
		w.next = time.Now().Add(time.Duration(gap-ms%gap)*time.Millisecond + spacing(w.opts.Gap))
	}
}

// spacing is how far into the next gap a message is sent.
func spacing(gap time.Duration) time.Duration { return gap / 50 }

func (w *worker) spaced(ctx context.Context) error {
	if d := time.Until(w.next); d > 0 {
		return sleep(ctx, d)
	}
	return ctx.Err()
}

// partOf names part i of n as metadata does; empty for a message of one part.
func partOf(i, n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("%d/%d", i+1, n)
}
