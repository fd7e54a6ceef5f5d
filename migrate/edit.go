package migrate

import (
	"context"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// amend carries an edit over: what of the message stands in the thread becomes
// what the source says now, unless somebody changed it there.
func (w *worker) amend(ctx context.Context, m mapping.Message, rec mapping.MessageRecord) error {
	found, err := w.media(ctx, m)
	if err == nil {
		m, err = withReceipts(ctx, w.src, w.rules, w.c, m)
	}
	if err != nil {
		return err
	}
	draft, losses := w.rules.Edition(w.roster, m, found, len(rec.IDs))
	if exists, err := w.sentBefore(draft.Sender.Key); err != nil {
		return err
	} else if exists {
		w.census.add(draft.Sender.Key)
	}
	if !w.settled() {
		w.losses.add(losses)
	}
	w.losses.add(editLosses(m, rec, losses))
	if err := w.storeChunk(ctx, draft); err != nil {
		return err
	}
	amendment := mapping.Amendment{}
	if rec.Amendment != nil {
		amendment = *rec.Amendment
	}
	if !amendment.Foreign {
		amendment.Foreign, err = w.rewrite(ctx, rec, draft)
	}
	switch {
	case outcomeOf(err) == refused && badContent(err):
		amendment.Foreign = true // ACS keeps what it had
		w.lose(mapping.LossMessageRefused, string(m.SID))
		w.log.Warn("edit refused for good, the message stays as it was", "conversation", w.c.SID, "message", m.SID, "error", err)
	case err != nil:
		return err
	case amendment.Foreign:
		w.lose(mapping.LossEditedInACS, string(m.SID))
		w.log.Warn("edited in Twilio and changed in ACS, left as it is there", "conversation", w.c.SID, "message", m.SID)
	default:
		amendment.Written = digests(draft.Parts)
		rec.IDs, rec.Stub = rec.IDs[:len(draft.Parts)], false
	}
	rec.Source, rec.Amendment = draft.Source, &amendment
	w.touched = true
	w.sum.Messages.Updated++
	w.report.carried(m.DateUpdated, w.opts.Previous)
	return ledgerFailure(w.ledger.Amend(w.c.SID, rec))
}

// digests are those of parts as Amendment.Written keeps them: without the display
// name, which stays that of the first sending.
func digests(parts []mapping.NewChatMessage) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = contentDigest(p.Content, p.Metadata)
	}
	return out
}

func contentDigest(content string, md mapping.Metadata) string {
	return mapping.NewChatMessage{Content: content, Metadata: md}.Digest()
}

// rewrite makes the parts of a message those of draft. It reports whether
// somebody has changed one of them in ACS: then nothing is written.
func (w *worker) rewrite(ctx context.Context, rec mapping.MessageRecord, draft mapping.MessageDraft) (foreign bool, err error) {
	stand := make([]mapping.ChatMessage, len(rec.IDs))
	for i, id := range rec.IDs {
		if stand[i], err = w.fetch(ctx, id); err != nil {
			return false, err
		}
		wanted := i < len(draft.Parts) && matches(stand[i], draft.Parts[i])
		if !wanted && w.changedByPeople(stand[i], rec, i) {
			return true, nil
		}
	}
	for i, got := range stand {
		switch {
		case i >= len(draft.Parts):
			err = w.drop(ctx, got)
		case !matches(got, draft.Parts[i]):
			err = w.patch(ctx, got, draft.Parts[i])
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// matches reports whether got is what part says. Its sender and the name it was
// sent under cannot change.
func matches(got mapping.ChatMessage, part mapping.NewChatMessage) bool {
	return got.DeletedOn.IsZero() && got.Content == part.Content && part.Metadata.Update(got.Metadata) == nil
}

// changedByPeople reports whether part i of a message is no longer what this
// program last wrote.
func (w *worker) changedByPeople(got mapping.ChatMessage, rec mapping.MessageRecord, i int) bool {
	if !got.DeletedOn.IsZero() {
		return !w.dropped(got.ID)
	}
	if got.EditedOn.IsZero() {
		return false
	}
	if rec.Amendment == nil || i >= len(rec.Amendment.Written) {
		return true
	}
	return contentDigest(got.Content, got.Metadata) != rec.Amendment.Written[i]
}

func (w *worker) fetch(ctx context.Context, id mapping.ChatMessageID) (got mapping.ChatMessage, err error) {
	err = w.patience.do(ctx, func(ctx context.Context) error {
		got, err = w.acs.FetchMessage(ctx, w.rec.Acting(), w.rec.Thread, id)
		return err
	})
	return got, err
}

// patch makes got say what part says. Repeating it does no harm.
func (w *worker) patch(ctx context.Context, got mapping.ChatMessage, part mapping.NewChatMessage) error {
	if err := w.actAs(ctx, got.Sender); err != nil {
		return err
	}
	u := mapping.MessageUpdate{Metadata: part.Metadata.Update(got.Metadata)}
	if got.Content != part.Content {
		u.Content = &part.Content
	}
	return w.write(ctx, "update message", part.Metadata[mapping.KeyMessageSID], func(ctx context.Context) error {
		return w.acs.UpdateMessage(ctx, got.Sender, w.rec.Thread, got.ID, u)
	})
}

// actAs makes sure that the sender of a message may change it: only its sender
// can, and only as a member.
func (w *worker) actAs(ctx context.Context, sender mapping.CommunicationUserID) error {
	if w.members == nil {
		if err := w.readMembers(ctx); err != nil {
			return err
		}
	}
	if w.members[sender] {
		return nil
	}
	return w.admit(ctx, sender)
}

// deleteMessage deletes a part of message sid as its sender. One that is deleted
// already stays so.
func (w *worker) deleteMessage(ctx context.Context, sid string, m mapping.ChatMessage) error {
	return w.write(ctx, "delete message", sid, func(ctx context.Context) error {
		return w.acs.DeleteMessage(ctx, m.Sender, w.rec.Thread, m.ID)
	})
}
