package migrate

import (
	"context"
	"fmt"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// surveyed is what can be said of a conversation before any of its messages.
type surveyed struct {
	roster       *mapping.Roster
	draft        mapping.ThreadDraft
	losses       []mapping.Loss
	participants int64
}

// survey drafts the thread of c. It only reads.
func survey(ctx context.Context, src Source, rules mapping.Rules, dir mapping.Directory, c mapping.Conversation) (surveyed, error) {
	var s surveyed
	var participants []mapping.Participant
	for p, err := range src.Participants(ctx, c) {
		if err != nil {
			return s, step("list participants", err)
		}
		participants = append(participants, p)
	}
	s.participants = int64(len(participants))
	var lost []mapping.Loss
	s.roster, s.losses = rules.Roster(c, participants, dir)
	s.draft, lost = rules.ChatThread(c, s.roster)
	s.losses = append(s.losses, lost...)
	s.losses = append(s.losses, receiptLosses(s.roster.Members)...)
	if s.draft.Blocked == "" && len(s.roster.Members) >= mapping.MaxMembers {
		return s, s.checkRoom(ctx, src, c)
	}
	return s, nil
}

// checkRoom blocks a full conversation with authors who are no participants:
// they need one place in the thread while their messages are written.
func (s *surveyed) checkRoom(ctx context.Context, src Source, c mapping.Conversation) error {
	for m, err := range src.Messages(ctx, c, -1) {
		if err != nil {
			return step("list messages", err)
		}
		if s.roster.Sender(m).Temporary {
			s.draft.Blocked = fmt.Sprintf("all %d places of a thread are taken, and message %s needs one for its author, who is no participant", mapping.MaxMembers, m.SID)
			return nil
		}
	}
	return nil
}

// blocked says why the conversation must not be begun; empty when it may.
func (s surveyed) blocked(opts Options) string {
	if s.draft.Blocked != "" {
		return s.draft.Blocked
	}
	if lost := mapping.Unaccepted(s.losses, opts.Accept); len(lost) > 0 {
		return fmt.Sprintf("something critical would be lost: %s; --accept it to go on", strings.Join(lossCodes(lost), ", "))
	}
	return ""
}

// people are all who become members of the thread.
func (s surveyed) people() []person {
	out := make([]person, 0, len(s.roster.Members)+1)
	for _, m := range s.roster.Members {
		out = append(out, person{Key: m.Key, DisplayName: m.DisplayName})
	}
	if s.draft.Creator == mapping.Keeper {
		out = append(out, person{Key: mapping.Keeper})
	}
	return out
}
