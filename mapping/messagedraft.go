package mapping

import "fmt"

// ChatMessage drafts m. Found says what is known of the files of m; a file not
// in it is taken to be there.
func (r Rules) ChatMessage(ro *Roster, m Message, found map[MediaSID]FoundMedia) (MessageDraft, []Loss) {
	return r.Edition(ro, m, found, 0)
}

// Edition drafts m as ChatMessage does, in at most that many parts, 0 for as many
// as it takes: a message that was edited in Twilio has to do with the places it
// has in ACS. What does not fit stands in the sidecar.
func (r Rules) Edition(ro *Roster, m Message, found map[MediaSID]FoundMedia, parts int) (MessageDraft, []Loss) {
	d := newDrafting(r, ro, m)
	d.most = parts
	d.takeMedia(found)
	d.takeMetadata()
	d.layOut(d.text())
	return d.draft()
}

// Stub drafts what stands in the place of a message that ACS refused for good.
// It carries next to nothing, because what was refused is not known: the whole
// message stands in the sidecar.
func (r Rules) Stub(ro *Roster, m Message, reason string) (MessageDraft, []Loss) {
	d := newDrafting(r, ro, m)
	d.keep(LossMessageRefused, lineText(reason))
	reason, _ = cutText(lineText(reason), maxStubReason)
	d.layOut("[Message refused by ACS: " + reason + "]")
	return d.draft()
}

// maxStubReason bounds the reason in a stub, in UTF-16 units.
const maxStubReason = 200

// drafting is the work on one message.
type drafting struct {
	tally
	rules  Rules
	roster *Roster
	m      Message // as it is in Twilio
	source SourceDigest
	sender Sender

	said  bodyTexts
	files []file   // that the message has, in its order
	notes []string // lines on files that metadata cannot refer to

	author                                    string  // metadata of every part
	updated, contentSID, delivery, attributes string  // metadata of the first part
	extra                                     []field // of it too
	attached                                  []field // metadata of the last part

	most  int // parts there may be, 0 for any number
	parts []NewChatMessage
}

func newDrafting(r Rules, ro *Roster, m Message) *drafting {
	d := &drafting{rules: r, roster: ro, m: m, source: sourceDigest(m)}
	d.item, d.stores = string(m.SID), r.stores()
	var cut bool
	if d.sender, cut = ro.sender(m); cut {
		d.lose(LossNameCut, "sender display name")
	}
	switch d.sender.Key.Kind {
	case PersonFormer:
		d.lose(LossAuthorLeft, string(m.ParticipantSID))
	case PersonKeeper:
		d.lose(LossAuthorNoPerson, "")
	}
	switch m.Erased {
	case ActionDrop:
		d.lose(LossMessageLeftOut, "")
	case ActionAnonymise:
		d.lose(LossAuthorAnonymised, "")
	}
	d.takeAuthor()
	return d
}

func (d *drafting) takeAuthor() {
	d.author = d.repaired(d.roster.authorValue(d.m), KeyAuthor)
	switch {
	case d.author == "" && d.m.Author != "":
		d.lose(LossAddressMasked, KeyAuthor)
	case len(d.author) > maxAuthor:
		d.author = ""
		d.keep(LossMetadataTrimmed, KeyAuthor)
	}
}

// takeMetadata prepares what travels beside the text.
func (d *drafting) takeMetadata() {
	if d.m.DateUpdated != d.m.DateCreated {
		d.updated = string(d.m.DateUpdated)
	}
	d.contentSID = d.m.ContentSID
	d.extra = extraFields(d.rules, FlagMessageMetadata, d.rules.expressions().MessageMetadata, d.m, &d.tally)
	if plainJSON(d.m.ChannelMetadata) != "" {
		d.keep(LossChannelMetadata, "")
	}
	switch d.delivery = plainJSON(d.m.Delivery); {
	case len(d.m.Receipts) > 0 && d.stores:
		d.sidecar = true // with them in it
	case d.delivery != "" && !(d.rules.Receipts && d.stores):
		d.lose(LossDeliveryReceipts, "")
	}
	d.attributes = d.repaired(attributesValue(d.m.Attributes), KeyAttributes)
	if d.attributes != "" && !isJSON(d.attributes) {
		d.lose(LossAttributesInvalid, "")
	}
	if len(d.attributes) > MaxAttributes {
		d.keep(LossAttributesLarge, fmt.Sprintf("%d bytes", len(d.attributes)))
		d.attributes = ""
	}
}

// repaired is s as it can be sent; it is a loss if that is not s itself.
func (d *drafting) repaired(s, what string) string {
	s, changed := repairText(s)
	if changed {
		d.lose(LossTextRepaired, what)
	}
	return s
}

// draft is the result of the work.
func (d *drafting) draft() (MessageDraft, []Loss) {
	draft := MessageDraft{
		Sender: d.sender,
		Parts:  d.parts,
		Source: d.source,
		Digest: partsDigest(d.parts),
	}
	if d.sidecar {
		draft.Chunk, draft.ChunkKey = chunkLine(d.m), d.chunkKey()
	}
	return draft, d.losses
}

func (d *drafting) chunkKey() string { return ChunkKey(d.roster.conversation, d.m.Index, d.source) }
