package migrate

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// writing begins a writing of the thread.
func (t *exportedThread) writing(kind WritingKind, at time.Time, by mapping.CommunicationUserID) Writing {
	return Writing{
		Kind: kind, Conversation: t.rec.Conversation, Service: t.rec.Service, Thread: t.rec.Thread,
		At: at.UTC(), By: t.writers.writer(by),
	}
}

// beginning is that people have begun the thread, as it is now.
func (t *exportedThread) beginning(ctx context.Context, r reading, members []mapping.ChatParticipant) (*Writing, error) {
	p, err := r.readProperties(ctx)
	if err != nil {
		return nil, err
	}
	w := t.writing(WritingThread, p.CreatedOn, p.CreatedBy)
	w.Topic, w.Metadata = p.Topic, p.Metadata
	for _, m := range members {
		w.Members = append(w.Members, *t.writers.writer(m.User))
	}
	return &w, nil
}

// writingOf is what a message in the thread tells; false when that is nothing that
// people did.
func (t *exportedThread) writingOf(m mapping.RawChatMessage, version int64) (w Writing, ok bool) {
	changed := time.UnixMilli(version)
	switch m.Type {
	case mapping.TypeText, mapping.TypeHTML:
		return t.writingOfMessage(m, changed), true
	case mapping.TypeTopicUpdated, mapping.TypeParticipantAdded, mapping.TypeParticipantRemoved:
	default: // of a kind that says nothing to Twilio, such as that of a call
		return w, false
	}
	if m.Event == nil {
		return w, false
	}
	kinds := map[string]WritingKind{
		mapping.TypeTopicUpdated: WritingTopic, mapping.TypeParticipantAdded: WritingJoined, mapping.TypeParticipantRemoved: WritingLeft,
	}
	w = t.writing(kinds[m.Type], changed, m.Event.By)
	w.ID, w.Topic = m.ID, m.Event.Topic
	for _, id := range m.Event.Members {
		w.Members = append(w.Members, *t.writers.writer(id))
	}
	return w, w.Kind != WritingTopic || w.Topic != t.rec.Content.Topic
}

// writingOfMessage is what people did with a message that was changed last then.
func (t *exportedThread) writingOfMessage(m mapping.RawChatMessage, changed time.Time) Writing {
	arrived := m.CreatedOn
	if ms, err := strconv.ParseInt(string(m.ID), 10, 64); err == nil {
		arrived = time.UnixMilli(ms)
	}
	arrived = arrived.UTC()
	w := t.writing(WritingMessage, arrived, m.Sender)
	switch {
	case !m.DeletedOn.IsZero():
		w = t.writing(WritingDelete, changed, m.Sender)
		w.ID, w.Written = m.ID, arrived
		return w // of what it said nothing is left
	case arrived.Before(t.since) || t.known.hasMessage(m.ID):
		w = t.writing(WritingEdit, changed, m.Sender)
		w.Written = arrived
	case !m.EditedOn.IsZero():
		w.Edited = changed.UTC()
	}
	w.ID, w.DisplayName, w.Type, w.Text, w.Metadata = m.ID, m.SenderDisplayName, m.Type, m.Content, m.Metadata
	w.Attachments = append(mapping.Attachments(m.Metadata), attachmentsOf(m.Raw)...)
	return w
}

// attachmentsOf are the files that ACS itself keeps for a message: uploaded images, and
// those that come from Teams. Others stand in the metadata.
func attachmentsOf(raw json.RawMessage) []mapping.Attachment {
	var m struct {
		Content struct {
			Attachments []struct {
				mapping.Attachment
				Type string `json:"attachmentType"`
			} `json:"attachments"`
		} `json:"content"`
	}
	if json.Unmarshal(raw, &m) != nil {
		return nil // the message itself was read from it: attachments of another shape are none that we know
	}
	var list []mapping.Attachment
	for _, a := range m.Content.Attachments {
		a.Attachment.Type = a.Type
		list = append(list, a.Attachment)
	}
	return list
}

// dropOurs leaves out of w whom this program has added or taken out: members as the
// ledger has them, those who came back for as long as an edit took, and those who
// stand in for others. Expelled are members whom people have taken out before.
func (t *exportedThread) dropOurs(w *Writing, expelled map[mapping.CommunicationUserID]bool) {
	joined := w.Kind == WritingJoined
	w.Members = slices.DeleteFunc(w.Members, func(who Writer) bool {
		i := slices.IndexFunc(t.rec.Members, func(m mapping.MemberRecord) bool { return m.ID == who.ACS })
		switch {
		case t.writers.standsIn(who.ACS):
			return true
		case i < 0:
			return false
		case t.rec.Members[i].Left:
			return !joined || !t.members[who.ACS]
		case joined:
			return !expelled[who.ACS]
		}
		expelled[who.ACS] = true
		return false
	})
}

// markedByUs reports whether a run has marked the message at index as read in the name
// of user.
func (t *exportedThread) markedByUs(user mapping.CommunicationUserID, index int64) bool {
	return slices.ContainsFunc(t.rec.Members, func(m mapping.MemberRecord) bool { return m.ID == user && m.Read == index+1 })
}
