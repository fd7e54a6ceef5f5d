package migrate

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// removeDoubles deletes what stands in the thread a second time: a message that
// was given up for lost and arrived after all. Only a faithful copy from the same
// sender is one; anything else a person must look at.
func (w *worker) removeDoubles(ctx context.Context, t tail) error {
	for _, d := range t.doubles {
		first := t.found[tailKey{mapping.MessageSID(d.Metadata[mapping.KeyMessageSID]), d.Metadata[mapping.KeyPart]}]
		if err := w.removeDouble(ctx, first, d); err != nil {
			return err
		}
	}
	return nil
}

// removeDouble deletes d, which says the same as first and arrived after it.
func (w *worker) removeDouble(ctx context.Context, first, d mapping.ChatMessage) error {
	sid := d.Metadata[mapping.KeyMessageSID]
	if !d.DeletedOn.IsZero() {
		return nil
	}
	if d.Sender != first.Sender || d.Digest() != first.Digest() {
		return &OpenError{fmt.Sprintf("message %s stands in the thread twice, and not the same", sid)}
	}
	if err := w.drop(ctx, d); err != nil {
		return err
	}
	w.log.Warn("a double was deleted", "conversation", w.c.SID, "message", sid, "acs", d.ID)
	w.report.double()
	return nil
}

// drop deletes a message that this program sent, and notes it so that its
// tombstone is never taken for anything else.
func (w *worker) drop(ctx context.Context, m mapping.ChatMessage) error {
	if err := w.actAs(ctx, m.Sender); err != nil {
		return err
	}
	w.rec.Dropped = append(w.rec.Dropped, m.ID)
	w.touched = true
	if err := w.note(); err != nil {
		return err
	}
	return w.deleteMessage(ctx, m.Metadata[mapping.KeyMessageSID], m)
}

// dropped reports whether this program deleted a message that it had sent.
func (w *worker) dropped(id mapping.ChatMessageID) bool {
	return slices.Contains(w.rec.Dropped, id)
}

// dropParts deletes the parts of a message that was sent in part and has changed
// in Twilio since.
func (w *worker) dropParts(ctx context.Context, sid mapping.MessageSID) error {
	for key, m := range w.tail.found {
		if key.sid != sid {
			continue
		}
		if !m.EditedOn.IsZero() || !m.DeletedOn.IsZero() {
			return &OpenError{fmt.Sprintf("ACS message %s carries a part of %s, which changed in Twilio, but was changed in ACS as well", m.ID, sid)}
		}
		if err := w.drop(ctx, m); err != nil {
			return err
		}
		delete(w.tail.found, key)
	}
	return nil
}

// doubt notes that a message is about to be sent again after it has been absent
// for long enough.
func (w *worker) doubt(sid mapping.MessageSID) error {
	if slices.Contains(w.rec.Doubtful, sid) {
		return nil
	}
	if len(w.rec.Doubtful) == 0 {
		w.rec.DoubtfulAfter = w.progress.LastID
	}
	w.rec.Doubtful = append(w.rec.Doubtful, sid)
	return w.note()
}

// settleDoubts reads the thread once more from before the first message that was
// sent again, and removes what has arrived after all.
func (w *worker) settleDoubts(ctx context.Context) error {
	if len(w.rec.Doubtful) == 0 {
		return nil
	}
	doubles := tail{found: make(map[tailKey]mapping.ChatMessage)}
	var since time.Time
	if ms, err := strconv.ParseInt(string(w.rec.DoubtfulAfter), 10, 64); err == nil {
		since = time.UnixMilli(ms)
	}
	err := w.patience.do(ctx, func(ctx context.Context) error {
		clear(doubles.found)
		doubles.doubles = nil
		for m, err := range w.acs.ListMessages(ctx, w.rec.Acting(), w.rec.Thread, since) {
			if err != nil {
				return err
			}
			sid := mapping.MessageSID(m.Metadata[mapping.KeyMessageSID])
			if slices.Contains(w.rec.Doubtful, sid) && m.DeletedOn.IsZero() {
				doubles.add(m)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := w.keepAcknowledged(&doubles); err != nil {
		return err
	}
	if err := w.removeDoubles(ctx, doubles); err != nil {
		return err
	}
	w.rec.Doubtful, w.rec.DoubtfulAfter = nil, ""
	return w.note()
}

// keepAcknowledged makes the ones that stay those that the ledger knows.
func (w *worker) keepAcknowledged(t *tail) error {
	if len(t.doubles) == 0 {
		return nil
	}
	known, err := w.acknowledgedIDs()
	if err != nil {
		return err
	}
	for i, d := range t.doubles {
		key := tailKey{mapping.MessageSID(d.Metadata[mapping.KeyMessageSID]), d.Metadata[mapping.KeyPart]}
		if known[d.ID] {
			t.doubles[i], t.found[key] = t.found[key], d
		}
	}
	return nil
}

// acknowledgedIDs are those of all messages of the thread that the ledger knows.
// It is asked for where something went wrong, and then only.
func (w *worker) acknowledgedIDs() (map[mapping.ChatMessageID]bool, error) {
	if err := w.ledger.Flush(); err != nil {
		return nil, ledgerFailure(err)
	}
	known := make(map[mapping.ChatMessageID]bool)
	for rec, err := range w.ledger.Messages(w.c.SID) {
		if err != nil {
			return nil, ledgerFailure(err)
		}
		for _, id := range rec.IDs {
			known[id] = true
		}
	}
	return known, nil
}
