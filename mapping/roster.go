package mapping

// Member is a Twilio participant as a member of the thread.
type Member struct {
	Key         PersonKey
	DisplayName string
	Metadata    Metadata
	Participant Participant
}

// Roster knows who is who in one conversation.
type Roster struct {
	// Members are who is in the thread once the history stands there: the
	// participants, in the order of their SIDs' listing, each person once, but
	// for those that a policy leaves out.
	Members []Member

	rules        Rules
	directory    Directory // may be nil
	readOnly     bool      // nobody stays who could write
	conversation ConversationSID
	service      ServiceSID
	participants []Participant      // all, those merged into another included
	people       []Member           // Members, and those left out
	leftOut      map[PersonKey]bool // who of people is no member
	excluded     map[PersonKey]bool // who of them is none because of an expression
	unclear      string             // why an expression says of somebody neither; empty for nobody
	bySID        nameIndex[ParticipantSID]
	byName       nameIndex[string] // by identity, then by address
	under        string            // display name of every sender; empty for their own
}

// Roster sorts the participants of c. Losses concern participants. A nil
// directory knows nobody.
func (r Rules) Roster(c Conversation, participants []Participant, dir Directory) (*Roster, []Loss) {
	ro := &Roster{
		readOnly:     r.readOnly(c, participants),
		rules:        r,
		directory:    dir,
		conversation: c.SID,
		service:      c.ServiceSID,
		participants: participants,
		people:       make([]Member, 0, len(participants)),
	}
	var losses []Loss
	sids := make([]named[ParticipantSID], 0, len(participants))
	seen := make(map[PersonKey]int, len(participants))
	for _, p := range participants {
		t := tally{item: string(p.SID), stores: r.stores()}
		if p.Erased == ActionDrop {
			t.lose(LossPersonDropped, "")
			losses = append(losses, t.losses...)
			continue
		}
		key := r.People.sameAs(memberKey(c.ServiceSID, p))
		i, again := seen[key]
		if again {
			t.lose(LossParticipantMerged, "same person as "+string(ro.people[i].Participant.SID))
			ro.people[i].readTo(p.LastReadMessageIndex)
		} else {
			i = len(ro.people)
			seen[key] = i
			who := ro.attendee(c, p)
			ro.people = append(ro.people, ro.member(key, who, &t))
			ro.exclude(key, who, &t)
		}
		sids = append(sids, named[ParticipantSID]{p.SID, i})
		losses = append(losses, t.losses...)
	}
	ro.bySID = newNameIndex(sids)
	ro.indexNames()
	return ro, append(losses, ro.leaveOut()...)
}

// indexNames fills byName. An identity goes before an equal address of somebody
// else, because it is what Twilio writes as the author of a chat message.
func (ro *Roster) indexNames() {
	names := make([]named[string], 0, len(ro.participants))
	note := func(name string, sid ParticipantSID) {
		if i, known := ro.bySID.find(sid); known && name != "" {
			names = append(names, named[string]{name, i})
		}
	}
	for _, p := range ro.participants {
		note(string(p.Identity), p.SID)
	}
	for _, p := range ro.participants {
		if p.Binding != nil {
			note(p.Binding.Address, p.SID)
			note(p.Binding.ProjectedAddress, p.SID)
		}
	}
	ro.byName = newNameIndex(names)
}

// user looks a chat user up.
func (ro *Roster) user(id Identity) (User, bool) {
	if ro.directory == nil || id == "" {
		return User{}, false
	}
	return ro.directory.User(ro.service, id)
}

// role looks a role up.
func (ro *Roster) role(sid RoleSID) (Role, bool) {
	if ro.directory == nil || sid == "" {
		return Role{}, false
	}
	return ro.directory.Role(sid)
}
