package migrate

import (
	"maps"
	"slices"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// sender compares who sent a message. Senders cannot be changed in ACS: what was
// sent before its author joined or left stands under the user who was right then.
func (e *expectation) sender(s stood, path ...string) error {
	key := e.draft.Sender.Key
	want, err := e.user(key)
	if err != nil {
		return err
	}
	got := e.thread.table.voices[s.voice].user
	if got != want {
		was, right, err := e.mayHaveSent(got)
		switch {
		case err != nil:
			return err
		case right:
			key, e.moved = was, true
		default:
			e.differ(string(want), pathElement(string(got)), slices.Concat(path, []string{"sender"})...)
		}
	}
	id, err := e.user(key)
	e.count(key, id)
	return err
}

// mayHaveSent reports whether the message was rightly sent by user at its time,
// and as whom.
func (e *expectation) mayHaveSent(user mapping.CommunicationUserID) (mapping.PersonKey, bool, error) {
	authors := e.roster.Authors(e.m)
	anybody := e.rec.Amendment != nil && e.thread.rec.Losses[mapping.LossAuthorChanged] > 0 // Twilio says not from whom
	for _, m := range e.thread.rec.Members {
		same := e.m.ParticipantSID != "" && m.Metadata[mapping.KeyParticipantSID] == string(e.m.ParticipantSID)
		if m.ID == user && (same || anybody || slices.Contains(authors, m.Key)) {
			return m.Key, true, nil
		}
	}
	for _, key := range authors {
		if key.Kind != mapping.PersonFormer && key.Kind != mapping.PersonKeeper {
			continue // a member: it would be on record
		}
		id, err := e.user(key)
		if err != nil {
			return key, false, err
		}
		if id == user && user != "" {
			return key, true, nil
		}
	}
	return authors[0], anybody, nil
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
