package report

import (
	"encoding/json"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Preview is a sample of one conversation, as Twilio shows it and as ACS will. Its
// texts are those of people: whoever renders it has to escape them.
type Preview struct {
	SID mapping.ConversationSID `json:"sid"`
	// Name is what the conversation is called in Twilio, Topic what ACS will show.
	Name  string `json:"name"`
	Topic string `json:"topic"`
	// Members are the first who will be in the thread, by their display names.
	Members     []string `json:"members,omitempty"`
	MoreMembers int      `json:"moreMembers,omitempty"`
	// Messages is how many there are in all; the sample has the first and the last
	// of them, and of those between them the first that come with losses.
	Messages int64     `json:"messages"`
	Sample   []Sampled `json:"sample,omitempty"`
}

// Sampled is one message of a Preview.
type Sampled struct {
	Index  int64        `json:"index"`
	Verb   migrate.Verb `json:"verb"`
	Before Bubble       `json:"before"` // in Twilio
	After  []Bubble     `json:"after"`  // in ACS, a bubble for each part
	// Losses are the codes of what is not carried natively.
	Losses []mapping.LossCode `json:"losses,omitempty"`

	media []mapping.Media // those of Before.Files
}

// Bubble is a message as people see it.
type Bubble struct {
	From string            `json:"from"`
	At   mapping.Timestamp `json:"at,omitempty"` // empty in ACS, which stamps its arrival
	Text string            `json:"text,omitempty"`
	// More is how many bytes of the text were cut off.
	More  int    `json:"more,omitempty"`
	Files []File `json:"files,omitempty"`
}

// File is an attachment in a Bubble.
type File struct {
	SID  mapping.MediaSID `json:"sid"`
	Name string           `json:"name"`
	Type string           `json:"type,omitempty"`
	Size int64            `json:"size,omitempty"` // bytes
	// Thumb is a small picture as a data: URI; empty where there is none.
	Thumb string `json:"thumb,omitempty"`
}

// How much of a conversation stands in its preview.
const (
	maxPreviewEnds    = 3    // messages at each end
	maxPreviewLossy   = 4    // of those between with losses
	maxPreviewText    = 1000 // bytes of a text
	maxPreviewName    = 200  // bytes of a name
	maxPreviewFiles   = 5    // of a message
	maxPreviewParts   = 4    // of a message
	maxPreviewMembers = 12
)

// sampledOf is a message with what becomes of it.
func sampledOf(c migrate.Change) Sampled {
	m := c.Source
	s := Sampled{Index: m.Index, Verb: c.Verb, Before: bubble(m.Author, strings.TrimSpace(m.Subject+"\n"+m.Body))}
	s.Before.At = m.DateCreated
	for _, f := range m.Media[:min(len(m.Media), maxPreviewFiles)] {
		f.Raw = nil
		s.media = append(s.media, f)
		name, _ := cutText(f.Filename, maxPreviewName)
		kind, _ := cutText(f.ContentType, maxPreviewName)
		s.Before.Files = append(s.Before.Files, File{SID: f.SID, Name: name, Type: kind, Size: f.Size})
	}
	for i, p := range c.Draft.Parts {
		if i == maxPreviewParts {
			break
		}
		b := bubble(p.SenderDisplayName, p.Content)
		b.Files = sharedFiles(p.Metadata[mapping.KeyFileSharingMetadata])
		s.After = append(s.After, b)
	}
	for _, l := range c.Drafted {
		s.lose(l.Code)
	}
	for _, l := range c.Losses {
		s.lose(l.Code)
	}
	return s
}

// lose notes a loss, once.
func (s *Sampled) lose(code mapping.LossCode) {
	for _, c := range s.Losses {
		if c == code {
			return
		}
	}
	s.Losses = append(s.Losses, code)
}

func bubble(from, text string) Bubble {
	from, _ = cutText(from, maxPreviewName)
	text, more := cutText(text, maxPreviewText)
	return Bubble{From: from, Text: text, More: more}
}

// sharedFiles are the attachments that the ACS UI library finds in metadata.
func sharedFiles(text string) []File {
	if text == "" {
		return nil
	}
	var list []struct {
		ID   mapping.MediaSID `json:"id"`
		Name string           `json:"name"`
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil
	}
	files := make([]File, 0, min(len(list), maxPreviewFiles))
	for _, f := range list[:cap(files)] {
		name, _ := cutText(f.Name, maxPreviewName)
		files = append(files, File{SID: f.ID, Name: name})
	}
	return files
}

// cutText is a copy of text of at most n bytes, ending between two characters, and
// how many bytes were cut off. What is not UTF-8 is replaced.
func cutText(text string, n int) (string, int) {
	if len(text) <= n {
		return strings.ToValidUTF8(strings.Clone(text), "\uFFFD"), 0
	}
	kept := strings.ToValidUTF8(text[:n], "")
	return strings.Clone(kept), len(text) - len(kept)
}
