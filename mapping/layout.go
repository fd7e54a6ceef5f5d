package mapping

import (
	"fmt"
	"strconv"
	"strings"
)

// layOut makes the parts of text. Only once it is known that metadata is left
// out is there room to be made for the URL of the chunk that keeps it.
func (d *drafting) layOut(text string) {
	text = d.originalTime() + text
	if short, cut := shortenBlanks(text); cut {
		if parts, _ := d.lay(text); len(parts) > 1 {
			d.keep(LossBlankText, "long run of white space")
			text = short
		}
	}
	parts, left := d.lay(text)
	if d.most > 0 && len(parts) > d.most {
		d.keep(LossEditGrew, fmt.Sprintf("%d parts of %d", d.most, len(parts)))
		text = d.squeezed(parts)
		parts, left = d.lay(text)
	}
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
	most := d.rules.Sizes.metadata()
	md, size, left := fit(d.fields("", true, true), most)
	if extentOf(text).within(d.room(size)) {
		return []NewChatMessage{d.part(text, md)}, left
	}
	_, first, left := fit(d.fields(widestPart, true, false), most)
	_, last, leftLast := fit(d.fields(widestPart, false, true), most)
	texts := splitText(text, d.room(first), d.room(last))
	if len(texts) == 1 { // it only fits without the last part's metadata
		texts = splitText(text, d.room(size), d.room(last))
	}
	for i, t := range texts {
		part := fmt.Sprintf("%d/%d", i+1, len(texts))
		md, _, _ := fit(d.fields(part, i == 0, i == len(texts)-1), most)
		parts = append(parts, d.part(t, md))
	}
	return parts, append(left, leftLast...)
}

// room is what metadata of that size leaves for the text of a part.
func (d *drafting) room(metadata extent) extent {
	return d.rules.Sizes.room(metadata.add(extentOf(d.sender.DisplayName)))
}

func (d *drafting) part(text string, md Metadata) NewChatMessage {
	return NewChatMessage{Content: text, SenderDisplayName: d.sender.DisplayName, Metadata: md}
}

// fields is the metadata of a part, the most important first. Part is empty for
// a message of one part.
func (d *drafting) fields(part string, first, last bool) []field {
	fields := make([]field, 0, maxKeys+len(d.extra))
	fields = append(fields,
		field{KeyMessageSID, string(d.m.SID)},
		field{KeyMessageIndex, strconv.FormatInt(d.m.Index, 10)},
		field{KeyPart, part})
	if first && d.sidecar {
		fields = append(fields, field{KeySidecar, d.rules.URL(d.chunkKey())})
	}
	fields = append(fields, field{KeyAuthor, d.author}, field{KeyCreatedAt, string(d.m.DateCreated)})
	if first {
		fields = append(append(fields, field{KeyUpdatedAt, d.updated}), d.extra...)
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
