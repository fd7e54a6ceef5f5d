package mapping

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// keptMembers is how many people stay in a thread that has no place for all: one
// place is left to those who are members only while their messages are written.
const keptMembers = MaxMembers - 1

// readOnly reports whether nobody may be left who could write in the thread of c.
// ACS has no read-only members: whoever is in a thread may write.
func (r Rules) readOnly(c Conversation, participants []Participant) bool {
	return c.State == StateClosed && r.Closed == ClosedReadOnly ||
		r.External == ExternalHistoryOnly && anyExternal(participants)
}

func anyExternal(participants []Participant) bool {
	return slices.ContainsFunc(participants, func(p Participant) bool { return !p.IsChat() && p.Erased != ActionDrop })
}

// leaveOut makes those of people the members of the thread whom no policy leaves
// out, and says whom one does.
func (ro *Roster) leaveOut() []Loss {
	selected := ro.people
	if len(ro.excluded) > 0 {
		selected = slices.DeleteFunc(slices.Clone(selected), func(m Member) bool { return ro.excluded[m.Key] })
	}
	code := LossParticipantReadOnly
	switch {
	case ro.readOnly:
		ro.leftOut = keysOf(selected)
	case ro.rules.OverLimit == OverLimitRecent && len(selected) > MaxMembers:
		code = LossParticipantOverLimit
		ro.leftOut = keysOf(byJoining(selected)[keptMembers:])
	default:
		ro.Members = selected
		return nil
	}
	var losses []Loss
	for _, m := range selected {
		if ro.leftOut[m.Key] {
			losses = append(losses, Loss{Code: code, Item: string(m.Participant.SID)})
			continue
		}
		ro.Members = append(ro.Members, m)
	}
	return losses
}

// exclude asks the expression that selects participants about somebody. A person who
// takes part twice is judged by the first of the two.
func (ro *Roster) exclude(key PersonKey, who Attendee, t *tally) {
	f := ro.rules.expressions().CarriesParticipant
	if f == nil {
		return
	}
	switch carries, err := f(who); {
	case err != nil:
		ro.unclear = cmp.Or(ro.unclear, undecided(FlagWhereParticipant, "participant "+string(who.Participant.SID), err).Error())
	case !carries:
		if ro.excluded == nil {
			ro.excluded = make(map[PersonKey]bool)
		}
		ro.excluded[key] = true
		t.losses = nil // nothing is lost twice
		t.lose(LossParticipantUnselected, "")
	}
}

// LeavesOut reports whether a participant is no member because of a policy or an
// expression.
func (ro *Roster) LeavesOut(key PersonKey) bool { return ro.leftOut[key] || ro.excluded[key] }

// Unselected is how many participants an expression leaves out.
func (ro *Roster) Unselected() (n int64) {
	if len(ro.excluded) == 0 {
		return 0
	}
	for _, participant := range ro.bySID {
		if ro.excluded[ro.people[participant.person].Key] {
			n++
		}
	}
	return n
}

func keysOf(members []Member) map[PersonKey]bool {
	keys := make(map[PersonKey]bool, len(members))
	for _, m := range members {
		keys[m.Key] = true
	}
	return keys
}

// byJoining sorts members by when they joined, the latest first. Unlike when they
// last wrote or read, that does not change while a migration goes on: nobody
// comes and goes with each sync. A date that cannot be read counts as the oldest.
func byJoining(members []Member) []Member {
	joined := func(m Member) time.Time {
		t, _ := m.Participant.DateCreated.Time() // zero when it cannot be read
		return t
	}
	sorted := slices.Clone(members)
	slices.SortFunc(sorted, func(a, b Member) int {
		return cmp.Or(joined(b).Compare(joined(a)), strings.Compare(string(a.Participant.SID), string(b.Participant.SID)))
	})
	return sorted
}
