package migrate

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// endOfTime is above every index.
const endOfTime = math.MaxInt64

// messages goes through those of the conversation whose index is above after,
// compares what was sent and sends what was not.
func (w *worker) messages(ctx context.Context, after int64) error {
	known := newKnown(w.ledger, w.c.SID, after)
	defer known.stop()
	for m, err := range w.src.Messages(ctx, w.c, after) {
		if err != nil {
			return unreadable("list messages", err)
		}
		if err := w.message(ctx, m, known); err != nil {
			return step("message "+strconv.FormatInt(m.Index, 10), err)
		}
	}
	gone, err := known.rest()
	w.sum.Messages.Pending += gone
	if err != nil {
		return ledgerFailure(err)
	}
	return w.nothingUnexpected()
}

func (w *worker) message(ctx context.Context, m mapping.Message, known *known) error {
	w.sum.Messages.Total++
	rec, there, err := known.at(m.Index)
	if err != nil {
		return ledgerFailure(err)
	}
	if there || m.Index <= w.progress.LastIndex {
		return w.compare(ctx, m, rec, there)
	}
	if err := w.receipts(ctx, m.Index); err != nil {
		return err
	}
	return w.send(ctx, m)
}

// compare counts a message that was sent before.
func (w *worker) compare(ctx context.Context, m mapping.Message, rec mapping.MessageRecord, there bool) error {
	w.stats.messages.Add(1)
	found, err := w.recordedMedia(ctx, m)
	if err != nil {
		return err
	}
	draft, losses := w.rules.ChatMessage(w.roster, m, found)
	if w.before.Status != mapping.StatusDone { // then the ledger has them
		w.losses.add(losses)
	}
	w.census.add(draft.Sender.Key)
	if !there || !sameSource(rec, m, draft) {
		w.sum.Messages.Pending++
		return nil
	}
	w.sum.Messages.Unchanged++
	return nil
}

// sameSource reports whether m is still what was sent.
func sameSource(rec mapping.MessageRecord, m mapping.Message, draft mapping.MessageDraft) bool {
	return rec.SID == m.SID && rec.Source == draft.Source
}

// send carries one message over and acknowledges it.
func (w *worker) send(ctx context.Context, m mapping.Message) error {
	found, err := w.media(ctx, m)
	if err != nil {
		return err
	}
	draft, losses := w.rules.ChatMessage(w.roster, m, found)
	w.losses.add(losses)
	rec := mapping.MessageRecord{Index: m.Index, SID: m.SID, Source: draft.Source}
	if err := w.firstContact(ctx); err != nil {
		return err
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
		return err
	}
	return w.acknowledge(rec)
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

// acknowledge notes that a message has arrived.
func (w *worker) acknowledge(rec mapping.MessageRecord) error {
	if err := w.ledger.Acknowledge(w.c.SID, rec); err != nil {
		return ledgerFailure(err)
	}
	w.sent = true
	w.stats.messages.Add(1)
	w.sum.Messages.Created++
	w.progress.Messages++
	w.progress.LastIndex, w.progress.LastID = rec.Index, rec.IDs[len(rec.IDs)-1]
	return nil
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
	if err := w.planParts(m, draft); err != nil {
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
// sent. If the plan of an earlier process differs and some of its parts may be
// in the thread, only a person can tell what to do.
func (w *worker) planParts(m mapping.Message, draft mapping.MessageDraft) error {
	if len(draft.Parts) == 1 {
		return nil
	}
	plan := mapping.PartPlan{Message: m.SID, Count: len(draft.Parts), Digest: draft.Digest}
	old := w.rec.Parts
	if old != nil && *old == plan {
		return nil
	}
	if old != nil && old.Message == m.SID && w.tail.holds(m.SID) {
		return &OpenError{fmt.Sprintf("message %s changed in Twilio after some of its parts had been sent", m.SID)}
	}
	w.rec.Parts = &plan
	return ledgerFailure(w.ledger.RecordThread(w.rec))
}

// sendPart sends one message, or finds that it is there already.
func (w *worker) sendPart(ctx context.Context, from mapping.CommunicationUserID, want expected) (mapping.ChatMessageID, error) {
	if id, err := w.tail.adopt(want); id != "" || err != nil {
		w.arrived(id)
		return id, err
	}
	failures := w.patience.wait()
	for {
		if err := w.spaced(ctx); err != nil {
			return "", err
		}
		id, err := w.attempt(ctx, from, want.message)
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
		margin := w.opts.Gap / 50
		w.next = time.Now().Add(time.Duration(gap-ms%gap)*time.Millisecond + margin)
	}
}

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
