package migrate

import (
	"maps"
	"slices"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// sender compares who sent a message. Senders cannot be changed in ACS: what was
// sent before its author joined or left stands under the user who was right then.
func (e *expectation) sender(s stood, want mapping.CommunicationUserID, path ...string) error {
	got := e.thread.table.voices[s.voice].user
	if got == want {
		return nil
	}
	right, err := e.mayHaveSent(got)
	if err != nil {
		return err
	}
	if e.moved = right; !right {
		e.differ(string(want), pathElement(string(got)), slices.Concat(path, []string{"sender"})...)
	}
	return nil
}

// mayHaveSent reports whether the message was rightly sent by user at its time.
func (e *expectation) mayHaveSent(user mapping.CommunicationUserID) (bool, error) {
	if e.rec.Amendment != nil && e.thread.rec.Losses[mapping.LossAuthorChanged] > 0 {
		return true, nil // Twilio has changed authors, and says not from whom
	}
	authors := e.roster.Authors(e.m)
	for _, m := range e.thread.rec.Members {
		same := e.m.ParticipantSID != "" && m.Metadata[mapping.KeyParticipantSID] == string(e.m.ParticipantSID)
		if m.ID == user && (same || slices.Contains(authors, m.Key)) {
			return true, nil
		}
	}
	for _, key := range authors {
		if key.Kind != mapping.PersonFormer && key.Kind != mapping.PersonKeeper {
			continue // a member: it would be on record
		}
		rec, _, err := e.ledger.Person(key)
		if err != nil {
			return false, ledgerFailure(err)
		}
		if rec.ID == user && user != "" {
			return true, nil
		}
	}
	return false, nil
}

// name compares the display name of a message, which cannot be changed either.
func (e *expectation) name(s stood, want string, path []string) error {
	got := e.thread.table.voices[s.voice].name
	if got == want || e.moved {
		return nil
	}
	old, err := e.hadOtherName(s)
	if err != nil || old {
		return err
	}
	e.verified.compare(want, got, slices.Concat(path, []string{"senderDisplayName"})...)
	return nil
}

// hadOtherName reports whether the author had another name at some time since
// the migration began. Which one a message was sent under is not on record, but
// the message itself is: s has to be that.
func (e *expectation) hadOtherName(s stood) (bool, error) {
	if !slices.Contains(e.rec.IDs, mapping.ChatMessageID(strconv.FormatInt(s.id, 10))) {
		return false, nil
	}
	if e.rec.Amendment != nil && e.thread.rec.Losses[mapping.LossAuthorChanged] > 0 {
		return true, nil
	}
	for _, key := range e.roster.Authors(e.m) {
		now := e.nameNow(key)
		if rec, ok := e.memberRecord(key); ok && (rec.Outdated || rec.DisplayName != now) {
			return true, nil
		}
		rec, _, err := e.ledger.Person(key)
		if err != nil {
			return false, ledgerFailure(err)
		}
		if key.Kind != mapping.PersonKeeper && rec.DisplayName != "" && rec.DisplayName != now {
			return true, nil
		}
	}
	return false, nil
}

// nameNow is the display name of a member, or that which somebody who is none
// would have.
func (e *expectation) nameNow(key mapping.PersonKey) string {
	for _, m := range e.roster.Members {
		if m.Key == key {
			return m.DisplayName
		}
	}
	return e.draft.Sender.DisplayName
}

// underOldAuthor reports whether s says what want says but for the author in its
// metadata, where the participant SID stands in for an address: it depends on
// who was a participant at the time.
func (e *expectation) underOldAuthor(want mapping.NewChatMessage, s stood) bool {
	sids := e.authorSIDs()
	if !slices.Contains(sids, want.Metadata[mapping.KeyAuthor]) {
		return false
	}
	for _, sid := range sids {
		md := maps.Clone(want.Metadata)
		if md[mapping.KeyAuthor] = sid; sid == "" {
			delete(md, mapping.KeyAuthor)
		}
		if contentOf(want.Content, md) == s.digest {
			return true
		}
	}
	return false
}

// authorSIDs are what may stand in for the author: the SID of a participant, or
// nothing.
func (e *expectation) authorSIDs() []string {
	sids := []string{"", string(e.m.ParticipantSID)}
	authors := e.roster.Authors(e.m)
	for _, m := range e.roster.Members {
		if slices.Contains(authors, m.Key) {
			sids = append(sids, string(m.Participant.SID))
		}
	}
	for _, m := range e.thread.rec.Members {
		if slices.Contains(authors, m.Key) {
			sids = append(sids, m.Metadata[mapping.KeyParticipantSID])
		}
	}
	return sids
}
