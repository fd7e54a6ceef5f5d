package mapping

import "strings"

// Sender is who sends a message.
type Sender struct {
	Key         PersonKey
	DisplayName string // senderDisplayName; never empty
	// Temporary is set for senders who are none of Roster.Members: they are
	// members only while the history is written.
	Temporary bool
}

// The display names of authors that have none.
const (
	systemName = "system" // Twilio's own word for it
	formerName = "Former participant"
)

// Sender finds who sends m: its participant, or whoever bears the author's
// name, or somebody who left, or else the keeper in the author's name. The
// participant SID goes first, because the author is free text that a writer may
// choose.
func (ro *Roster) Sender(m Message) Sender {
	s, _ := ro.sender(m)
	return s
}

// sender finds who sends m and reports whether the display name is cut.
func (ro *Roster) sender(m Message) (Sender, bool) {
	s, cut := ro.senderNow(m)
	if ro.under != "" {
		s.DisplayName, cut = ro.under, false
	}
	return s, cut
}

// senderNow is sender by the names that everybody has in Twilio now.
func (ro *Roster) senderNow(m Message) (Sender, bool) {
	if i, ok := ro.personOf(m); ok {
		return ro.personSender(ro.people[i], m.Author)
	}
	var s Sender
	var cut bool
	user, known := ro.user(Identity(m.Author))
	switch {
	case known || m.ParticipantSID != "" || isAddress(m.Author):
		s.Key = PersonKey{Kind: PersonFormer, Service: ro.service, Name: m.Author}
		if m.Author == "" {
			s.Key.Name = participantName(m.ParticipantSID)
		}
		s.DisplayName, cut = displayName(ro.rules.People.displayName(s.Key), ro.rules.PublicName(user.FriendlyName), ro.formerName(m, user), formerName)
	default:
		s.Key = Keeper
		s.DisplayName, cut = displayName(m.Author, systemName)
	}
	s.Temporary = true
	return s, cut
}

// Authors are the people who may have sent m to ACS, where a sender can never be
// changed: first who would send it now, then who would have before its author
// joined the conversation, or after they had left it. Somebody who joined before
// they wrote m can only have sent it as the member they are.
func (ro *Roster) Authors(m Message) []PersonKey {
	keys := []PersonKey{ro.Sender(m).Key}
	i, present := ro.personOf(m)
	if present && ro.rules.expressions().CarriesParticipant != nil { // what it says of them may have changed
		keys = append(keys, ro.people[i].Key, former(ro.people[i].Key))
	}
	if present && !joinedAfter(ro.people[i].Participant, m) {
		return keys
	}
	for _, name := range []string{m.Author, participantName(m.ParticipantSID)} {
		if name == "" || name == participantName("") {
			continue
		}
		if !present {
			keys = append(keys,
				ro.rules.People.sameAs(PersonKey{Kind: PersonUser, Service: ro.service, Name: name}),
				ro.rules.People.sameAs(PersonKey{Kind: PersonPlaceholder, Service: ro.service, Name: name}))
		}
		keys = append(keys, PersonKey{Kind: PersonFormer, Service: ro.service, Name: name})
	}
	return append(keys, Keeper)
}

// former is the key of whoever stands for somebody who is no member of the thread.
func former(key PersonKey) PersonKey {
	key.Kind = PersonFormer
	return key
}

// joinedAfter reports whether p may have joined after m was written: dates that
// cannot be read do not rule it out.
func joinedAfter(p Participant, m Message) bool {
	joined, err := p.DateCreated.Time()
	wrote, werr := m.DateCreated.Time()
	return err != nil || werr != nil || joined.IsZero() || wrote.IsZero() || joined.After(wrote)
}

// Under is ro, but that whoever sends a message bears that display name: the one
// they had when it was sent. A message in parts may be cut elsewhere under a name
// of another length.
func (ro *Roster) Under(displayName string) *Roster {
	named := *ro
	named.under = displayName
	return &named
}

// personOf finds the participant who wrote m, whether it stays a member or not.
func (ro *Roster) personOf(m Message) (int, bool) {
	if i, ok := ro.bySID.find(m.ParticipantSID); ok && m.ParticipantSID != "" {
		return i, true
	}
	i, ok := ro.byName.find(m.Author)
	return i, ok && m.Author != ""
}

// personSender is mem, in the name that the author's text gives if it is not
// one of the member's own.
func (ro *Roster) personSender(mem Member, author string) (Sender, bool) {
	s := Sender{Key: mem.Key, DisplayName: mem.DisplayName, Temporary: ro.LeavesOut(mem.Key)}
	if ro.excluded[mem.Key] {
		s.Key = former(mem.Key)
	}
	if strings.TrimSpace(author) == "" || mem.Participant.hasName(author) || author == mem.Key.Name {
		return s, false
	}
	var cut bool
	s.DisplayName, cut = displayName(ro.rules.PublicName(author), mem.DisplayName)
	return s, cut
}

// authorValue is the author of m as metadata. Where that is an address and
// addresses are masked, it is the participant SID; empty where there is none.
func (ro *Roster) authorValue(m Message) string {
	if !ro.rules.masks() || m.Author == "" {
		return m.Author
	}
	i, present := ro.personOf(m)
	byAddress := present && ro.people[i].Participant.hasAddress(m.Author)
	switch {
	case !byAddress && !isAddress(m.Author):
		return m.Author
	case m.ParticipantSID != "":
		return string(m.ParticipantSID)
	case present:
		return string(ro.people[i].Participant.SID)
	}
	return ""
}
