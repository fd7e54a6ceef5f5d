package mapping

import "strings"

// Fidelity counts fields by how they are carried. Only fields that say something
// count: one that Twilio leaves empty is no more to be carried than one that does
// not exist. Which fields there are, and where each of them goes, is written at
// MessageDraft.Fidelity and Rules.ThreadFidelity, so that anybody can count again.
type Fidelity struct {
	Native   int64 `json:"native"`   // in fields of ACS's own: the text, who sent it, the topic, the members
	Metadata int64 `json:"metadata"` // in ACS beside those, where an application has to look for it
	Sidecar  int64 `json:"sidecar"`  // not in ACS, but kept whole in the media store
	Lost     int64 `json:"lost"`     // nowhere
}

// Add adds the fields of something else.
func (f *Fidelity) Add(o Fidelity) {
	f.Native += o.Native
	f.Metadata += o.Metadata
	f.Sidecar += o.Sidecar
	f.Lost += o.Lost
}

// Fields is how many fields there are in all.
func (f Fidelity) Fields() int64 { return f.Native + f.Metadata + f.Sidecar + f.Lost }

// Percent is the share of the fields that stand in ACS itself, natively or as
// metadata, in percent. It is rounded down to hundredths, so that 100 means all of
// them; where there are no fields, nothing is missing either.
func (f Fidelity) Percent() float64 {
	all := f.Fields()
	if all == 0 {
		return 100
	}
	const hundredths = 100 * 100
	return float64((f.Native+f.Metadata)*hundredths/all) / 100
}

// count adds a field that is in the first of these places that it has: in ACS
// itself, in metadata, or in a sidecar.
func (f *Fidelity) count(native, metadata, sidecar bool) {
	switch {
	case native:
		f.Native++
	case metadata:
		f.Metadata++
	case sidecar:
		f.Sidecar++
	default:
		f.Lost++
	}
}

// Fidelity counts the fields of m, of which d was drafted with these losses:
//
//   - body: native in the text, unless there is nothing to show in it or an edit
//     outgrew its parts
//   - subject: native in the text
//   - author: native where the sender is a communication user that stands for them
//     in the conversation, else twilioAuthor
//   - date created; date updated where it differs; attributes; summary of the
//     deliveries; content SID: metadata
//   - each file: native where the text shows what it says or names it, else metadata;
//     lost where Twilio cannot give it or nobody keeps it
//   - what the channel says of the message, and single delivery receipts: sidecar
//
// What is not where this list says is in the sidecar if the message has a chunk in
// it, else lost.
func (d MessageDraft) Fidelity(m Message, losses []Loss) Fidelity {
	var f Fidelity
	var md Metadata
	if len(d.Parts) > 0 {
		md = d.Parts[0].Metadata
	}
	kept := d.Chunk != nil
	inMetadata := func(says bool, key string) {
		if says {
			f.count(false, md[key] != "", kept)
		}
	}
	if m.Body != "" {
		f.count(!isBlank(m.Body) && !hasLoss(losses, string(m.SID), LossEditGrew), false, kept)
	}
	if !isBlank(m.Subject) {
		f.count(true, false, kept)
	}
	if m.Author != "" || m.ParticipantSID != "" {
		f.count(!d.Sender.Temporary, md[KeyAuthor] != "", kept)
	}
	inMetadata(m.DateCreated != "", KeyCreatedAt)
	inMetadata(m.DateUpdated != m.DateCreated && m.DateUpdated != "", KeyUpdatedAt)
	inMetadata(attributesValue(m.Attributes) != "", KeyAttributes)
	inMetadata(plainJSON(m.Delivery) != "", KeyDelivery)
	inMetadata(m.ContentSID != "", KeyContentSID)
	for _, file := range m.Media {
		f.Add(fileFidelity(file, losses))
	}
	if plainJSON(m.ChannelMetadata) != "" {
		f.count(false, false, kept)
	}
	if len(m.Receipts) > 0 || plainJSON(m.Delivery) != "" {
		f.count(false, false, kept && !hasLoss(losses, string(m.SID), LossDeliveryReceipts))
	}
	return f
}

// fileFidelity counts one file of a message.
func fileFidelity(m Media, losses []Loss) Fidelity {
	has := func(c LossCode) bool { return hasLoss(losses, string(m.SID), c) }
	shown := m.NeedsText() && m.Category != CategoryHistory && !has(LossMediaText)
	var f Fidelity
	switch {
	case has(LossMediaMissing), has(LossMediaLost) && !shown:
		f.Lost++
	default:
		f.count(shown || has(LossAttachmentsInText), true, false)
	}
	return f
}

// ThreadFidelity counts the fields of c and of its participants, of which d was
// drafted with these losses:
//
//   - friendly name: native as the topic, where it is neither cut nor masked
//   - unique name, state, dates, attributes: metadata of the thread
//   - timers, bindings of channels: sidecar
//   - each member who signs in: native, and so is the friendly name; somebody behind
//     an address is metadata where addresses may stand in ACS
//   - role and attributes of a member: metadata
//   - read horizon: native as a read receipt, where ACS takes one and shows it
//   - date of joining, attributes of the user, a second participant of the same
//     person: sidecar
//
// What is not where this list says is in conversation.json if there is a media
// store, else lost.
func (r Rules) ThreadFidelity(c Conversation, d ThreadDraft, losses []Loss) Fidelity {
	var f Fidelity
	kept := r.stores()
	inMetadata := func(says bool, key string) {
		if says {
			f.count(false, d.Metadata[key] != "", kept)
		}
	}
	if !isBlank(c.FriendlyName) {
		f.count(d.Topic == c.FriendlyName, false, kept)
	}
	inMetadata(c.UniqueName != "", KeyUniqueName)
	inMetadata(c.State != "", KeyState)
	inMetadata(c.DateCreated != "", KeyCreatedAt)
	inMetadata(c.DateUpdated != "", KeyUpdatedAt)
	inMetadata(attributesValue(c.Attributes) != "", KeyAttributes)
	for _, raw := range [][]byte{c.Timers, c.Bindings} {
		if !isEmptyJSON(raw) {
			f.count(false, false, kept)
		}
	}
	of := lossesByItem(losses)
	receipts := len(d.Members) <= MaxReceiptMembers
	for _, m := range d.Members {
		f.Add(m.fidelity(of[string(m.Participant.SID)], receipts, kept))
	}
	for _, l := range losses {
		switch l.Code {
		case LossParticipantMerged, LossParticipantReadOnly, LossParticipantOverLimit:
			f.count(false, false, kept)
		}
	}
	return f
}

// fidelity counts the fields of one member. Receipts says that ACS shows the read
// receipts of the thread.
func (m Member) fidelity(losses map[LossCode]bool, receipts, kept bool) Fidelity {
	var f Fidelity
	p := m.Participant
	f.count(p.IsChat(), m.Metadata[KeyIdentity] != "", kept)
	if p.IsChat() && !losses[LossDisplayNameIdentity] && !losses[LossDisplayNameNeutral] {
		f.count(!losses[LossNameCut], false, kept)
	}
	if p.RoleSID != "" {
		f.count(false, m.Metadata[KeyRole] != "", kept)
	}
	if attributesValue(p.Attributes) != "" {
		f.count(false, m.Metadata[KeyAttributes] != "", kept)
	}
	if p.LastReadMessageIndex != nil {
		f.count(receipts && p.IsChat(), false, kept)
	}
	if p.DateCreated != "" {
		f.count(false, false, kept)
	}
	if losses[LossUserAttributes] {
		f.count(false, false, kept)
	}
	return f
}

// hasLoss reports whether a loss of that kind concerns the item.
func hasLoss(losses []Loss, item string, code LossCode) bool {
	for _, l := range losses {
		if l.Item == item && l.kind() == code {
			return true
		}
	}
	return false
}

// lossesByItem are the kinds of losses that concern each item.
func lossesByItem(losses []Loss) map[string]map[LossCode]bool {
	of := make(map[string]map[LossCode]bool)
	for _, l := range losses {
		if of[l.Item] == nil {
			of[l.Item] = make(map[LossCode]bool)
		}
		of[l.Item][l.kind()] = true
	}
	return of
}

// kind is the code of l, or for something that is not kept the one that it would
// have if it were; see tally.keep.
func (l Loss) kind() LossCode {
	if l.Code != LossNotKept {
		return l.Code
	}
	code, _, _ := strings.Cut(l.Detail, ":")
	return LossCode(code)
}
