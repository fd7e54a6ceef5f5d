package migrate

import (
	"fmt"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// compareMembers compares the members of the thread with the participants.
func (t *verified) compareMembers() error {
	strangers := make(map[mapping.CommunicationUserID]mapping.ChatParticipant, len(t.thread.members))
	for _, p := range t.thread.members {
		strangers[p.User] = p
	}
	for _, m := range t.roster.Members {
		id, err := t.person(m.Key)
		if err != nil {
			return err
		}
		p, there := strangers[id]
		delete(strangers, id)
		t.compareMember(m, p, there && id != "")
	}
	return t.compareStrangers(strangers)
}

// compareMember compares one participant with a member. ACS cannot change a
// member: where Twilio has moved on, what the member was given has to stand.
func (t *verified) compareMember(m mapping.Member, got mapping.ChatParticipant, there bool) {
	sid, before := m.Participant.SID, t.found
	rec, recorded := t.memberRecord(m.Key)
	switch {
	case !there && recorded && !rec.Left:
		t.differParticipant(sid, "a member", "none")
		return
	case !there: // joined since
		t.sum.Participants.Pending++
		return
	case !recorded || rec.Left:
		rec.DisplayName, rec.Metadata = m.DisplayName, m.Metadata
	}
	name, renamed := wanted(m.DisplayName, rec.DisplayName, got.DisplayName)
	metadata, moved := wantedMetadata(m.Metadata, rec.Metadata, got.Metadata)
	t.compare(name, got.DisplayName, "participants", string(sid), "displayName")
	t.compareMetadata(metadata, got.Metadata, ownKey(metadata), "participants", string(sid))
	t.compareHistory(sid, got.HistorySince)
	switch {
	case t.found > before:
		t.wrong[sid] = true
	case (renamed || moved) && !rec.Outdated:
		t.sum.Participants.Pending++
	}
}

// compareHistory tells of a member who does not see everything.
func (t *verified) compareHistory(sid mapping.ParticipantSID, since time.Time) {
	if n := t.thread.table.before(since); n > 0 {
		t.differParticipant(sid, "the whole history",
			fmt.Sprintf("what came after %s, without %d messages", since.UTC().Format(time.RFC3339), n), "history")
	}
}

// before counts the migrated messages that arrived before then.
func (t *table) before(then time.Time) int {
	n := 0
	if then.IsZero() {
		return n
	}
	for _, s := range t.rows {
		if s.id >= then.UnixMilli() {
			break
		}
		if s.stands() {
			n++
		}
	}
	return n
}

// compareStrangers accounts for members who are no participants.
func (t *verified) compareStrangers(strangers map[mapping.CommunicationUserID]mapping.ChatParticipant) error {
	keeper, err := t.user(mapping.Keeper)
	if err != nil {
		return err
	}
	for _, p := range t.thread.members {
		if _, ok := strangers[p.User]; !ok {
			continue
		}
		switch {
		case p.User == keeper && t.rec.Acting() == keeper: // there would be nobody else
		case t.rec.Status != mapping.StatusDone && slices.Contains(t.rec.Temporary, p.User):
		case t.leftSince(p.User):
			t.sum.Participants.Total++
			t.sum.Participants.Pending++
		default:
			t.differ("nobody", "a member "+excerpt(p.DisplayName, 0), "participants", string(p.User))
		}
	}
	return nil
}

// leftSince reports whether a member has left the conversation since the last run.
func (t *verified) leftSince(id mapping.CommunicationUserID) bool {
	return slices.ContainsFunc(t.rec.Members, func(m mapping.MemberRecord) bool { return m.ID == id && !m.Left })
}

func (t *verified) memberRecord(key mapping.PersonKey) (mapping.MemberRecord, bool) {
	i := slices.IndexFunc(t.rec.Members, func(m mapping.MemberRecord) bool { return m.Key == key })
	if i < 0 {
		return mapping.MemberRecord{}, false
	}
	return t.rec.Members[i], true
}

// hasMember reports whether somebody is a member of the thread.
func (s *standing) hasMember(id mapping.CommunicationUserID) bool {
	return id != "" && slices.ContainsFunc(s.members, func(p mapping.ChatParticipant) bool { return p.User == id })
}
