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
	read := func(l line) (mapping.Participant, error) {
		p, err := decodeParticipant(l.text)
		if err != nil {
			return p, err
		}
		return p, checkOwner(c.SID, p.ConversationSID)
	}
	return func(yield func(mapping.Participant, error) bool) {
		for _, run := range e.participants {
			p := part{s.files[KindParticipants], run}
			for p, err := range items(ctx, &s.damage, p, of(c.SID), read) {
				if !yield(p, err) {
					return
				}
			}
		}
	}
}

// checkOwner is for lines that stand among those of another conversation.
func checkOwner(want, got mapping.ConversationSID) error {
	if got != want {
		return fmt.Errorf("line of conversation %s stands among those of %s", got, want)
	}
	return nil
}
