package migrate

import (
	"context"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// receiptLosses are the read horizons that no receipt can carry.
func receiptLosses(members []mapping.Member) []mapping.Loss {
	var losses []mapping.Loss
	for _, m := range members {
		code := mapping.LossCode("")
		switch {
		case m.Participant.LastReadMessageIndex == nil:
			continue
		case !m.Participant.IsChat():
			code = mapping.LossReadReceiptExternal
		case len(members) > mapping.MaxReceiptMembers:
			code = mapping.LossReadReceiptLargeThread
		default:
			continue
		}
		losses = append(losses, mapping.Loss{Code: code, Item: string(m.Participant.SID)})
	}
	return losses
}

// receipts marks the last message sent as read by everybody whose read horizon
// lies below next, the index of the message that is about to be sent. A horizon
// may point into a gap: what counts is the largest index not above it.
func (w *worker) receipts(ctx context.Context, next int64) error {
	last := w.progress.LastIndex
	if last < 0 || len(w.roster.Members) > mapping.MaxReceiptMembers {
		return nil
	}
	changed := false
	for _, m := range w.roster.Members {
		h := m.Participant.LastReadMessageIndex
		if h == nil || !m.Participant.IsChat() || *h < max(last, w.rec.ReceiptsThrough) || *h >= next {
			continue
		}
		if err := w.receipt(ctx, m); err != nil {
			return step("send read receipt", err)
		}
		changed = true
	}
	if !changed {
		return nil
	}
	w.rec.ReceiptsThrough = next
	if next == endOfTime {
		w.rec.ReceiptsThrough = last + 1
	}
	return ledgerFailure(w.ledger.RecordThread(w.rec))
}

// receipt may be repeated: ACS keeps one mark per member. One that is refused
// is a loss, not a failure.
func (w *worker) receipt(ctx context.Context, m mapping.Member) error {
	id, err := w.people.id(ctx, person{Key: m.Key, DisplayName: m.DisplayName}, true)
	if err != nil {
		return err
	}
	err = w.patience.do(ctx, func(ctx context.Context) error {
		calls, cancel := graceful(ctx)
		defer cancel()
		return w.acs.SendReadReceipt(calls, id, w.rec.Thread, w.progress.LastID)
	})
	if outcomeOf(err) == refused {
		w.log.Warn("read receipt refused", "conversation", w.c.SID, "participant", m.Participant.SID, "error", err)
		w.losses.add([]mapping.Loss{{Code: mapping.LossReadReceiptRefused, Item: string(m.Participant.SID)}})
		return nil
	}
	return err
}
