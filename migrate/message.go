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

// depart notes messages that are not listed any more.
func (w *worker) depart(gone []mapping.MessageRecord) {
	for _, rec := range gone {
		w.gone.add(departed{w.c.ServiceSID, w.c.SID, rec})
	}
}

// message brings m in step if it was sent, and holds it back if it was not: until the
// next one comes, or until it is known who writes.
func (w *worker) message(ctx context.Context, m *mapping.Message) error {
	rec, there, err := w.passage.known.at(m.Index)
	if err != nil {
		return ledgerFailure(err)
	}
	verdict := w.judge(*m, rec, there)
	if verdict == leftOut {
		sent, err := w.sentAlready(ctx, m)
		if err != nil {
			return step("read the thread", err)
		}
		if !sent {
			w.leaveOut(*m)
			return nil
		}
		verdict = missing
	}
	w.sum.Messages.Total++
	switch verdict {
	case missing:
		if err := w.unmark(m.Index); err != nil {
			return err
		}
		w.waiting = append(w.waiting, m)
		w.storeAhead(ctx, *m)
		return nil
	case late:
		err = w.sendLate(ctx, m)
	case edited:
		err = w.amend(ctx, *m, rec)
	case confused:
		w.sum.Messages.Failed++
		w.problem(string(m.SID), "compare", fmt.Sprintf("message %s was carried under its index", rec.SID))
	default:
		err = w.confirm(ctx, *m)
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

// proceed sends what need not be held back any longer. Whole says that no further
// message comes.
func (w *worker) proceed(ctx context.Context, whole bool) error {
	switch {
	case len(w.waiting) == 0 && w.sending == nil:
		return nil
	case w.rec.Thread == "" && !whole && !w.opts.Whole && weight(w.waiting) < gatheredBytes:
		return nil
	}
	if err := w.thread(ctx); err != nil {
		return step("create thread", err)
	}
	return w.sendWaiting(ctx, 1)
}

// weight is about how many bytes messages hold.
func weight(messages []*mapping.Message) (n int) {
	for _, m := range messages {
		n += messageBytes + len(m.Raw) + len(m.Body) + len(m.Attributes)
	}
	return n
}

// sendWaiting sends what was held back, but for the last keep messages. It goes on
// with the one on its way, if it returned errParked before.
func (w *worker) sendWaiting(ctx context.Context, keep int) error {
	for w.sending != nil || len(w.waiting) > keep {
		if w.sending == nil {
			w.sending = newDelivery(w.waiting[0])
			w.waiting = slices.Delete(w.waiting, 0, 1)
		}
		err := w.sendNext(ctx, w.sending)
		if errors.Is(err, errParked) {
			return err
		}
		w.sending = nil
		if err != nil {
			return err
		}
	}
	return nil
}

// sendPart sends one message, or finds that it is there already.
func (w *worker) sendPart(ctx context.Context, want *expected) (mapping.ChatMessageID, error) {
	id, err := w.tail.adopt(*want)
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
		id, err := w.attempt(ctx, want)
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
			id, serr := w.settle(ctx, *want, time.Now())
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

func (w *worker) attempt(ctx context.Context, want *expected) (mapping.ChatMessageID, error) {
	calls, cancel := graceful(ctx)
	defer cancel()
	return w.acs.SendMessage(calls, want.from, w.rec.Thread, want.message)
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
