package migrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// surveyed is what can be said of a conversation before any of its messages.
type surveyed struct {
	roster       *mapping.Roster
	draft        mapping.ThreadDraft
	losses       []mapping.Loss
	participants int64 // but for those that an expression leaves out
	unselected   int64 // those
}

// survey drafts the thread of c. It only reads.
func survey(ctx context.Context, src Source, rules mapping.Rules, dir mapping.Directory, c mapping.Conversation) (surveyed, error) {
	var s surveyed
	var participants []mapping.Participant
	var broken error
	for p, err := range src.Participants(ctx, c) {
		s.participants++
		if err != nil {
			broken = cmp.Or(broken, unreadable("list participants", err))
			continue // damage spoils one item; any other error comes last
		}
		participants = append(participants, p)
	}
	if broken != nil {
		return s, broken
	}
	var lost []mapping.Loss
	s.roster, s.losses = rules.Roster(c, participants, dir)
	s.unselected = s.roster.Unselected()
	s.participants -= s.unselected
	s.draft, lost = rules.ChatThread(c, s.roster)
	s.losses = append(s.losses, lost...)
	s.losses = append(s.losses, receiptLosses(s.roster.Members)...)
	if s.draft.Blocked == "" && len(s.roster.Members) >= mapping.MaxMembers {
		return s, s.checkRoom(ctx, src, rules, c)
	}
	return s, nil
}

// checkRoom blocks a full conversation with authors who are no participants:
// they need one place in the thread while their messages are written.
func (s *surveyed) checkRoom(ctx context.Context, src Source, rules mapping.Rules, c mapping.Conversation) error {
	for m, err := range carried(rules, c, src.Messages(ctx, c, -1)) {
		if err != nil {
			return unreadable("list messages", err)
		}
		if !m.LeftOut && s.roster.Sender(m).Temporary {
			s.draft.Blocked = fmt.Sprintf("all %d places of a thread are taken, and message %s needs one for its author, who is no participant", mapping.MaxMembers, m.SID)
			return nil
		}
	}
	return nil
}

// unreadable sorts an error of the source: damage blocks its conversation, an
// outage ends the run, and anything else is a failure at that step.
func unreadable(at string, err error) error {
	var damaged *mapping.DamagedError
	if errors.As(err, &damaged) {
		return &BlockedError{Reason: damaged.Error(), Err: damaged}
	}
	if says(err, temporary) {
		err = &OutageError{Err: err}
	}
	return step(at, err)
}

// mayBegin says why the conversation must not be begun. Where reading costs
// nothing, damage anywhere in it is a reason: it is carried whole or not at all.
// On the way it learns who wrote.
func (s *subject) mayBegin(ctx context.Context, found surveyed) error {
	if found.draft.Blocked != "" {
		return &BlockedError{Reason: found.draft.Blocked}
	}
	if lost := mapping.Unaccepted(found.losses, s.opts.Accept); len(lost) > 0 {
		return &BlockedError{Reason: fmt.Sprintf("something critical would be lost: %s; --accept it to go on", strings.Join(lossCodes(lost), ", "))}
	}
	if !s.opts.Whole {
		return nil
	}
	for m, err := range s.recall.keep(carried(s.rules, s.c, s.src.Messages(ctx, s.c, -1))) {
		if err != nil {
			return unreadable("list messages", err)
		}
		if m.LeftOut {
			continue
		}
		if _, err := withReceipts(ctx, s.src, s.rules, s.c, m); err != nil && !errors.Is(err, errGone) {
			return err
		}
		s.wrote[s.roster.Sender(m).Key] = true
	}
	return nil
}
