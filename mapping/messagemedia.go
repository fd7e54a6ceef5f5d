package mapping

// takeMedia sorts the files of the message into what they say, what the
// message refers to, and what it can only name.
func (d *drafting) takeMedia(found map[MediaSID]FoundMedia) {
	for _, m := range d.m.LeftOutMedia {
		d.loseFile(LossMediaUnselected, m, "")
		d.notes = append(d.notes, notCarried(m))
	}
	if len(d.m.Media) == 0 {
		return
	}
	seen := make(map[MediaSID]bool, len(d.m.Media))
	for _, m := range d.m.Media {
		if seen[m.SID] {
			continue
		}
		seen[m.SID] = true
		f := found[m.SID]
		shown := f.Missing == "" && d.takeText(m, f.Text)
		d.takeFile(m, f.Missing, shown)
	}
	attached, left := attachments(d.files)
	d.attached = attached
	for _, f := range left {
		d.loseFile(LossAttachmentsInText, f.media, "")
		d.notes = append(d.notes, "[Attachment: "+f.name+" "+f.url+"]")
	}
}

// takeText notes what m says, and reports whether the message then shows it.
func (d *drafting) takeText(m Media, content []byte) bool {
	if !m.NeedsText() || len(content) == 0 {
		return false
	}
	text, repaired := mediaText(m, content)
	text = d.rules.People.text(text)
	if repaired {
		d.loseFile(LossTextRepaired, m, "")
	}
	if text == "" || len(content) >= MaxMediaText {
		d.loseFile(LossMediaText, m, "")
	}
	if text == "" {
		return false
	}
	return d.said.take(m, text)
}

// takeFile notes how the message refers to m. A file whose text is shown needs
// no line of its own where it cannot be referred to.
func (d *drafting) takeFile(m Media, missing string, shown bool) {
	name := m.safeName()
	switch {
	case missing != "":
		d.loseFile(LossMediaMissing, m, missing)
		d.notes = append(d.notes, "[Attachment unavailable: "+name+"]")
	case d.stores:
		url := d.rules.URL(d.rules.MediaKey(d.roster.conversation, m))
		d.files = append(d.files, file{media: m, name: name, url: url})
	default:
		d.loseFile(LossMediaLost, m, "")
		if !shown {
			d.notes = append(d.notes, notCarried(m))
		}
	}
}

// notCarried stands in a message for a file that is not there.
func notCarried(m Media) string { return "[Attachment not carried: " + m.safeName() + "]" }

// loseFile notes a loss of one file.
func (d *drafting) loseFile(c LossCode, m Media, detail string) {
	d.losses = append(d.losses, Loss{Code: c, Item: string(m.SID), Detail: detail})
}
