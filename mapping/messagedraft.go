package mapping

import (
	"fmt"
	"strconv"
	"strings"
)

// ChatMessage drafts m. Found says what is known of the files of m; a file not
// in it is taken to be there.
func (r Rules) ChatMessage(ro *Roster, m Message, found map[MediaSID]FoundMedia) (MessageDraft, []Loss) {
	d := newDrafting(r, ro, m)
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
	source [digestSize]byte
	sender Sender

	said  bodyTexts
	files []file   // that the message has, in its order
	notes []string // lines on files that metadata cannot refer to

	author                                    string  // metadata of every part
	updated, contentSID, delivery, attributes string  // metadata of the first part
	attached                                  []field // metadata of the last part

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
	if d.delivery = compactJSON(d.m.Delivery); d.delivery != "" {
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

// layOut makes the parts of text. Only once it is known that metadata is left
// out is there room to be made for the URL of the chunk that keeps it.
func (d *drafting) layOut(text string) {
	if short, cut := shortenBlanks(text); cut {
		if parts, _ := d.lay(text); len(parts) > 1 {
			d.keep(LossBlankText, "long run of white space")
			text = short
		}
	}
	parts, left := d.lay(text)
	if len(left) > 0 && d.stores && !d.sidecar {
		d.sidecar = true
		parts, left = d.lay(text)
	}
	if len(left) > 0 {
		d.keep(LossMetadataTrimmed, strings.Join(left, ", "))
	}
	if len(parts) > 1 {
		d.lose(LossLongBody, strconv.Itoa(len(parts))+" parts")
	}
	d.parts = parts
}

// widestPart has as many characters as a value of KeyPart may have: room is kept
// for it before the number of parts is known.
const widestPart = "9999999/9999999"

// lay makes the parts of text, and says which metadata does not fit.
func (d *drafting) lay(text string) (parts []NewChatMessage, left []string) {
	md, size, left := fit(d.fields("", true, true), MaxMessageMetadata)
	whole := size.add(extentOf(d.sender.DisplayName)).add(extentOf(text))
	if whole.size() <= MaxMessageSize {
		return []NewChatMessage{d.part(text, md)}, left
	}
	_, first, left := fit(d.fields(widestPart, true, false), MaxMessageMetadata)
	_, last, leftLast := fit(d.fields(widestPart, false, true), MaxMessageMetadata)
	texts := splitText(text, d.room(first), d.room(last))
	if len(texts) == 1 { // it only fits without the last part's metadata
		texts = splitText(text, d.room(size), d.room(last))
	}
	for i, t := range texts {
		part := fmt.Sprintf("%d/%d", i+1, len(texts))
		md, _, _ := fit(d.fields(part, i == 0, i == len(texts)-1), MaxMessageMetadata)
		parts = append(parts, d.part(t, md))
	}
	return parts, append(left, leftLast...)
}

// room is what metadata of that size leaves for the text of a part.
func (d *drafting) room(metadata extent) extent {
	taken := metadata.add(extentOf(d.sender.DisplayName))
	return extent{utf8: MaxMessageSize - taken.utf8, utf16: MaxMessageSize - taken.utf16}
}

func (d *drafting) part(text string, md Metadata) NewChatMessage {
	return NewChatMessage{Content: text, SenderDisplayName: d.sender.DisplayName, Metadata: md}
}

// fields is the metadata of a part, the most important first. Part is empty for
// a message of one part.
func (d *drafting) fields(part string, first, last bool) []field {
	fields := make([]field, 0, 13)
	fields = append(fields,
		field{KeyMessageSID, string(d.m.SID)},
		field{KeyMessageIndex, strconv.FormatInt(d.m.Index, 10)},
		field{KeyPart, part})
	if first && d.sidecar {
		fields = append(fields, field{KeySidecar, d.rules.URL(d.chunkKey())})
	}
	fields = append(fields, field{KeyAuthor, d.author}, field{KeyCreatedAt, string(d.m.DateCreated)})
	if first {
		fields = append(fields, field{KeyUpdatedAt, d.updated})
	}
	if last {
		fields = append(fields, d.attached...)
	}
	if first {
		fields = append(fields,
			field{KeyContentSID, d.contentSID},
			field{KeyDelivery, d.delivery},
			field{KeyAttributes, d.attributes})
	}
	return fields
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

func (d *drafting) chunkKey() string { return chunkKey(d.roster.conversation, d.m, d.source) }
