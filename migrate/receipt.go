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

// marks reports whether read receipts can be read in this thread at all.
func (s *subject) marks() bool { return len(s.roster.Members) <= mapping.MaxReceiptMembers }

// horizon is up to where a member has read; false when no receipt carries it.
func horizon(m mapping.Member) (int64, bool) {
	if h := m.Participant.LastReadMessageIndex; h != nil && m.Participant.IsChat() {
		return *h, true
	}
	return 0, false
}

// horizonsBack are the losses of those whose horizon has moved back.
func (s *subject) horizonsBack() []mapping.Loss {
	var losses []mapping.Loss
	for _, m := range s.roster.Members {
		h, ok := horizon(m)
		if i := memberIndex(s.before.Members, m.Key); ok && i >= 0 && s.before.Members[i].Read > h+1 {
			losses = append(losses, mapping.Loss{Code: mapping.LossReadHorizonBack, Item: string(m.Participant.SID)})
		}
	}
	return losses
}

// receipts marks the last message sent as read by every member of the thread
// whose read horizon lies below next, the index of the message that is about to
// be sent. A horizon may point into a gap: what counts is the largest index not
// above it.
func (w *worker) receipts(ctx context.Context, next int64) error {
	last := w.progress.LastIndex
	if last < 0 || !w.marks() {
		return nil
	}
	changed := false
	for _, m := range w.roster.Members {
		h, ok := horizon(m)
		if !ok || h < last || h >= next {
			continue
		}
		i := memberIndex(w.rec.Members, m.Key)
		if i < 0 || w.rec.Members[i].Left || w.rec.Members[i].Read > h {
			continue
		}
		if err := w.receipt(ctx, m, i, w.progress.LastID); err != nil {
			return err
		}
		changed = true
	}
	if !changed {
		return nil
	}
	return w.note()
}

// unmark notes that the receipts which were sent do not reach a message that is about
// to come, although those who sent them have read it: an expression left it out so far.
func (w *worker) unmark(index int64) error {
	changed := false
	for i := range w.rec.Members {
		if m := &w.rec.Members[i]; m.Read > index {
			m.Read, changed = index, true
		}
	}
	if !changed {
		return nil
	}
	return w.note()
}

// remainingReceipts marks what those have read who were not in the thread when
// the message was sent, or have read on since.
func (w *worker) remainingReceipts(ctx context.Context) error {
	due := w.dueReceipts()
	if len(due) == 0 {
		return nil
	}
	w.losses.add(w.horizonsBack())
	ids, err := w.messagesAt(due)
	if err != nil {
		return err
	}
	marks, err := w.readMarks(ctx)
	if err != nil {
		return err
	}
	for _, m := range due {
		i := memberIndex(w.rec.Members, m.Key)
		h, _ := horizon(m)
		if id := ids[h]; id != "" && after(id, marks[w.rec.Members[i].ID]) {
			if err := w.receipt(ctx, m, i, id); err != nil {
				return err
			}
		}
		w.rec.Members[i].Read = h + 1
	}
	w.touched = true
	return w.note()
}

// dueReceipts are the members whose horizon is not where it was last carried.
func (w *worker) dueReceipts() []mapping.Member {
	if !w.marks() {
		return nil
	}
	var due []mapping.Member
	for _, m := range w.roster.Members {
		h, ok := horizon(m)
		i := memberIndex(w.rec.Members, m.Key)
		if !ok || i < 0 || w.rec.Members[i].Left || w.rec.Members[i].Read == h+1 {
			continue
		}
		due = append(due, m)
	}
	return due
}

// messagesAt finds for each horizon the ACS message it points at: that with the
// largest index not above it.
func (w *worker) messagesAt(due []mapping.Member) (map[int64]mapping.ChatMessageID, error) {
	if err := w.ledger.Flush(); err != nil {
		return nil, ledgerFailure(err)
	}
	ids := make(map[int64]mapping.ChatMessageID, len(due))
	for rec, err := range w.ledger.Messages(w.c.SID) {
		if err != nil {
			return nil, ledgerFailure(err)
		}
		if rec.Amendment != nil && rec.Amendment.Deleted {
			continue
		}
		for _, m := range due {
			if h, _ := horizon(m); rec.Index <= h {
				ids[h] = rec.IDs[len(rec.IDs)-1]
			}
		}
	}
	return ids, nil
}

// readMarks is up to where the members have read in ACS by themselves. Before
// the history is complete nobody has.
func (w *worker) readMarks(ctx context.Context) (map[mapping.CommunicationUserID]mapping.ChatMessageID, error) {
	if !w.settled() {
		return nil, nil
	}
	marks := make(map[mapping.CommunicationUserID]mapping.ChatMessageID)
	err := w.patience.do(ctx, func(ctx context.Context) error {
		for r, err := range w.acs.ListReadReceipts(ctx, w.rec.Acting(), w.rec.Thread) {
			if err != nil {
				return err
			}
			marks[r.User] = r.Message
		}
		return nil
	})
	return marks, err
}

// after reports whether message a was sent after b, which may be none.
func after(a, b mapping.ChatMessageID) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

// receipt sends the receipt of member i. It may be repeated: ACS keeps one mark
// per member. One that is refused is a loss, not a failure.
func (w *worker) receipt(ctx context.Context, m mapping.Member, i int, message mapping.ChatMessageID) error {
	rec := &w.rec.Members[i]
	err := w.write(ctx, "send read receipt", string(m.Participant.SID), func(ctx context.Context) error {
		return w.acs.SendReadReceipt(ctx, rec.ID, w.rec.Thread, message)
	})
	if outcomeOf(err) == refused {
		w.log.Warn("read receipt refused", "conversation", w.c.SID, "participant", m.Participant.SID, "error", err)
		w.lose(mapping.LossReadReceiptRefused, string(m.Participant.SID))
		err = nil
	}
	if h, _ := horizon(m); err == nil {
		rec.Read = h + 1
	}
	return err
}
