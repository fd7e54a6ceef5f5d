package mapping

import "encoding/json"

// droppedText stands in the place of a message whose author is dropped.
const droppedText = "[Message left out]"

// Conversation is c without the names of whoever is erased.
func (d *Decisions) Conversation(c Conversation) Conversation {
	if !d.Erases() {
		return c
	}
	c.FriendlyName, c.UniqueName = d.names.text(c.FriendlyName), d.names.text(c.UniqueName)
	c.Attributes = d.names.attributes(c.Attributes)
	c.Timers, c.Bindings, c.Raw = d.names.json(c.Timers), d.names.json(c.Bindings), d.names.json(c.Raw)
	return c
}

// User is u as it may be known. It reports false for one who is dropped.
func (d *Decisions) User(u User) (User, bool) {
	one, found := d.erasure(u.ServiceSID, string(u.Identity))
	switch {
	case !d.Erases():
		return u, true
	case !found:
		u.FriendlyName, u.Attributes, u.Raw = d.names.text(u.FriendlyName), d.names.attributes(u.Attributes), d.names.json(u.Raw)
		return u, true
	case one.Action == ActionDrop:
		return User{}, false
	}
	return User{
		SID: u.SID, AccountSID: u.AccountSID, ServiceSID: u.ServiceSID, RoleSID: u.RoleSID,
		Identity: Identity(one.Pseudonym), FriendlyName: one.Pseudonym, Attributes: noAttributes,
	}, true
}

// noAttributes is what Twilio says of an item without attributes.
const noAttributes = "{}"

// Participant is p, of a conversation of that service, as it may be known. Of one
// who is erased only SID, role, dates and read horizon are left, and the kind of
// channel; the decision by which that is so comes with it.
func (d *Decisions) Participant(service ServiceSID, p Participant) (Participant, Decision) {
	if !d.Erases() {
		return p, Decision{}
	}
	names := []string{string(p.Identity)}
	if p.Binding != nil {
		names = append(names, p.Binding.Address, p.Binding.ProjectedAddress)
	}
	one, found := d.erasure(service, names...)
	if !found {
		p.Attributes, p.Raw = d.names.attributes(p.Attributes), d.names.json(p.Raw)
		return p, Decision{}
	}
	left := Participant{
		SID: p.SID, AccountSID: p.AccountSID, ConversationSID: p.ConversationSID, RoleSID: p.RoleSID, Attributes: noAttributes,
		DateCreated: p.DateCreated, DateUpdated: p.DateUpdated, Erased: one.Action,
		LastReadMessageIndex: p.LastReadMessageIndex, LastReadTimestamp: p.LastReadTimestamp,
	}
	if one.Action == ActionAnonymise {
		left.Identity, left.Binding = Identity(one.pseudonymFor(string(p.Identity))), one.binding(p.Binding)
	}
	return left, one
}

// binding is b with the pseudonym for its addresses.
func (one Decision) binding(b *MessagingBinding) *MessagingBinding {
	if b == nil {
		return nil
	}
	return &MessagingBinding{
		Type: b.Type, Level: b.Level, ProxyAddress: b.ProxyAddress,
		Address: one.pseudonymFor(b.Address), ProjectedAddress: one.pseudonymFor(b.ProjectedAddress),
	}
}

// pseudonymFor is the pseudonym where there is a name to replace.
func (one Decision) pseudonymFor(name string) string {
	if name == "" {
		return ""
	}
	return one.Pseudonym
}

// Message is m, of a conversation of that service, as it may be known. ErasedAuthor
// says who wrote it where its author does not: the participant's decision.
func (d *Decisions) Message(service ServiceSID, m Message, erasedAuthor Decision) Message {
	if !d.Erases() {
		return m
	}
	one, found := d.erasure(service, m.Author)
	if !found && erasedAuthor.Action.Erases() {
		one, found = erasedAuthor, true
	}
	switch {
	case !found:
		m.Author = d.names.text(m.Author)
		m.Attributes, m.ChannelMetadata = d.names.attributes(m.Attributes), d.names.json(m.ChannelMetadata)
		m.Raw = d.names.json(m.Raw)
	case one.Action == ActionDrop:
		return Message{
			SID: m.SID, AccountSID: m.AccountSID, ConversationSID: m.ConversationSID, Index: m.Index,
			Body: droppedText, Attributes: noAttributes, DateCreated: m.DateCreated, DateUpdated: m.DateUpdated, Erased: ActionDrop,
		}
	default:
		m.Author, m.Attributes, m.ChannelMetadata, m.Raw = one.Pseudonym, noAttributes, nil, nil
		m.Erased = ActionAnonymise
	}
	m.Body, m.Subject, m.Delivery = d.names.text(m.Body), d.names.text(m.Subject), d.names.json(m.Delivery)
	m.Media = d.media(m.Media)
	return m
}

// media are files by names without those of whoever is erased. What stands in the
// files themselves is not looked into.
func (d *Decisions) media(files []Media) []Media {
	named := make([]Media, len(files))
	for i, f := range files {
		f.Filename, f.Raw = d.names.text(f.Filename), d.names.json(f.Raw)
		named[i] = f
	}
	return named
}

// text is what a file says that becomes the content of a message, without the names
// of whoever is erased.
func (d *Decisions) text(s string) string {
	if !d.Erases() {
		return s
	}
	return d.names.text(s)
}

// Resource is a resource of Twilio's without the names of whoever is erased.
func (d *Decisions) Resource(raw json.RawMessage) json.RawMessage {
	if !d.Erases() {
		return raw
	}
	return d.names.json(raw)
}
