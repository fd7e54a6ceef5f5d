package mapping

import (
	"cmp"
	"slices"
	"strings"
)

// memberKey names the communication user that p becomes. A chat user is one
// person in all conversations of a service, somebody behind an address too;
// a participant that has neither is only itself.
func memberKey(service ServiceSID, p Participant) PersonKey {
	if p.IsChat() {
		return PersonKey{Kind: PersonUser, Service: service, Name: string(p.Identity)}
	}
	name := p.address()
	if name == "" {
		name = participantName(p.SID)
	}
	return PersonKey{Kind: PersonPlaceholder, Service: service, Name: name}
}

// participantName is the PersonKey.Name of somebody of whom nothing but a
// participant SID is known.
func participantName(sid ParticipantSID) string { return "participant:" + string(sid) }

// address is where p is reached outside the chat; empty for mere chat users.
func (p Participant) address() string {
	if p.Binding == nil {
		return ""
	}
	return cmp.Or(p.Binding.Address, p.Binding.ProjectedAddress)
}

// hasName reports whether author is a name of p in Twilio.
func (p Participant) hasName(author string) bool {
	return author == string(p.Identity) || p.hasAddress(author)
}

// hasAddress reports whether author is an address of p.
func (p Participant) hasAddress(author string) bool {
	return p.Binding != nil && (author == p.Binding.Address || author == p.Binding.ProjectedAddress)
}

// member drafts p as a member of the thread.
func (ro *Roster) member(key PersonKey, who Attendee, t *tally) Member {
	p := who.Participant
	name := ro.ownName(who, t)
	if name == "" && p.IsChat() {
		name = ro.chatName(who, t)
	} else if name == "" {
		name = ro.externalName(p)
	}
	if !p.IsChat() && !ro.readOnly { // else nobody writes an answer that could get lost
		t.lose(LossExternalParticipant, channelName(bindingType(p)))
	}
	if attributes := strings.TrimSpace(who.User.Attributes); attributes != "" && attributes != "{}" {
		t.keep(LossUserAttributes, string(who.User.SID))
	}
	if p.Erased != "" {
		t.lose(LossPersonAnonymised, "")
	}
	chosen := cmp.Or(ro.rules.People.displayName(memberKey(ro.service, p)), ro.rules.People.displayName(key))
	name, cut := displayName(chosen, name, string(p.SID), "?")
	if cut {
		t.lose(LossNameCut, "display name")
	}
	return Member{Key: key, DisplayName: name, Metadata: ro.memberMetadata(who, t), Participant: p}
}

// attendee is p with all that is known of them.
func (ro *Roster) attendee(c Conversation, p Participant) Attendee {
	user, _ := ro.user(p.Identity)
	return Attendee{Participant: p, Conversation: c, User: user}
}

// ownName is how an expression shows somebody; empty where there is none or it does
// not say.
func (ro *Roster) ownName(who Attendee, t *tally) string {
	f := ro.rules.expressions().DisplayName
	if f == nil {
		return ""
	}
	name, err := f(who)
	name = t.express(FlagDisplayName, name, err)
	public := ro.rules.PublicName(name)
	if public != name {
		t.lose(LossAddressMasked, "display name")
	}
	return public
}

// chatName is how a chat user is shown: by friendly name, else as the policy says.
func (ro *Roster) chatName(who Attendee, t *tally) string {
	p, user := who.Participant, who.User
	name := string(p.Identity)
	if !isBlank(user.FriendlyName) {
		name = user.FriendlyName
	} else if ro.rules.DisplayNames == DisplayNamesNeutral {
		name = neutralName(cmp.Or(string(user.SID), string(p.SID)))
		t.lose(LossDisplayNameNeutral, "")
	} else {
		t.lose(LossDisplayNameIdentity, "")
	}
	public := ro.rules.PublicName(name)
	if public != name && name != string(p.Identity) { // else the identity is masked, and said so
		t.lose(LossAddressMasked, "display name")
	}
	return public
}

// externalName is how somebody is shown who is reached over a channel.
func (ro *Roster) externalName(p Participant) string {
	address := p.address()
	if address == "" {
		return channelName(cmp.Or(bindingType(p), "Participant"))
	}
	if ro.rules.masks() && p.Erased == "" {
		return maskAddress(bindingType(p), address)
	}
	if !isBlank(p.Binding.Name) {
		return p.Binding.Name
	}
	return address
}

func bindingType(p Participant) string {
	if p.Binding == nil {
		return ""
	}
	return p.Binding.Type
}

// memberMetadata is what a member carries, as far as it fits.
func (ro *Roster) memberMetadata(who Attendee, t *tally) Metadata {
	p := who.Participant
	identity := string(p.Identity)
	switch {
	case !p.IsChat() && !ro.rules.masks():
		identity = p.address()
	case ro.rules.masks() && isAddress(identity):
		identity = ""
		t.lose(LossAddressMasked, KeyIdentity)
	}
	role := string(p.RoleSID)
	if known, ok := ro.role(p.RoleSID); ok && !isBlank(known.FriendlyName) {
		role = known.FriendlyName
	}
	fields := slices.Concat([]field{
		{KeyParticipantSID, string(p.SID)},
		{KeyIdentity, identity},
	}, extraFields(ro.rules, FlagMemberMetadata, ro.rules.expressions().MemberMetadata, who, t), []field{
		{KeyBindingType, bindingType(p)},
		{KeyRole, role},
		{KeyAttributes, attributesValue(p.Attributes)},
	})
	md, _, left := fit(fields, inBytes(MaxMemberMetadata))
	if len(left) > 0 {
		t.keep(LossMetadataTrimmed, strings.Join(left, ", "))
	}
	return md
}

// readTo moves the read horizon of m up to index, where another participant of
// the same person has read further.
func (m *Member) readTo(index *int64) {
	if own := m.Participant.LastReadMessageIndex; index != nil && (own == nil || *own < *index) {
		m.Participant.LastReadMessageIndex = index
	}
}

// displayName is the first of names that has something to show, on one line and
// not too long. It reports whether it is cut.
func displayName(names ...string) (string, bool) {
	for _, name := range names {
		if name = lineText(name); name != "" {
			name, cut := cutText(name, MaxDisplayName)
			return strings.TrimSpace(name), cut
		}
	}
	return "", false
}
