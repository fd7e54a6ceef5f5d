package twiliosrc

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func decodeParticipant(text []byte) (mapping.Participant, error) {
	var p mapping.Participant
	raw, err := decode(text, &p)
	if err != nil {
		return p, err
	}
	p.Raw = raw
	return p, errors.Join(
		checkSID(prefixParticipant, "sid", p.SID),
		checkSID(prefixConversation, "conversation_sid", p.ConversationSID),
	)
}

// Participants lists those of one conversation, in the order in which they were
// recorded.
func (s *Snapshot) Participants(ctx context.Context, c mapping.Conversation) iter.Seq2[mapping.Participant, error] {
	e, err := s.entry(c.SID)
	if err != nil {
		return nothing[mapping.Participant](fmt.Errorf("list participants: %w", err))
	}
	read := participantReader(c.SID)
	return func(yield func(mapping.Participant, error) bool) {
		for _, run := range e.participants {
			p := part{s.files[KindParticipants], run}
			for p, err := range items(ctx, &s.damage, p, of(c.SID), func(l line) (mapping.Participant, error) { return read(l.text) }) {
				if !yield(p, err) {
					return
				}
			}
		}
	}
}

// Participants lists those of one conversation.
func (c *Client) Participants(ctx context.Context, conv mapping.Conversation) iter.Seq2[mapping.Participant, error] {
	path, err := conversationPath(conv, "Participants")
	if err != nil {
		return nothing[mapping.Participant](fmt.Errorf("list participants: %w", err))
	}
	return list(ctx, c, listing[mapping.Participant]{
		path: path, query: pageQuery(pageSize), owner: of(conv.SID), read: participantReader(conv.SID),
	})
}

// participantReader decodes participants of one conversation.
func participantReader(sid mapping.ConversationSID) func([]byte) (mapping.Participant, error) {
	return func(text []byte) (mapping.Participant, error) {
		p, err := decodeParticipant(text)
		if err != nil {
			return p, err
		}
		return p, checkOwner(sid, p.ConversationSID)
	}
}

// checkOwner refuses an item that stands among those of another conversation.
func checkOwner(want, got mapping.ConversationSID) error {
	if got != want {
		return fmt.Errorf("item of conversation %s stands among those of %s", got, want)
	}
	return nil
}
