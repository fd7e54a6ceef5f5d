package report

import (
	"encoding/json"
	"fmt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// What the previews of a report may take, so that it can be sent by mail and
// opened on a phone.
const (
	maxPreviews     = 2000
	maxPreviewBytes = 4 << 20 // as JSON, without thumbnails
)

// shelf holds previews up to a limit; the weightiest stay, of equals the first.
type shelf struct {
	kept    [weights][]shelved
	count   int
	bytes   int
	dropped int64
}

// shelved is a preview with what is needed to open its files.
type shelved struct {
	of      mapping.Conversation
	preview *Preview
	bytes   int
}

// put keeps p, if it is weighty enough.
func (s *shelf) put(w weight, of mapping.Conversation, p *Preview) error {
	if s.full() && s.lightest() <= w {
		s.dropped++
		return nil
	}
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode the preview of %s: %w", p.SID, err)
	}
	s.kept[w] = append(s.kept[w], shelved{of, p, len(text)})
	s.count++
	s.bytes += len(text)
	for s.count > maxPreviews || s.bytes > maxPreviewBytes {
		s.drop()
	}
	return nil
}

// full reports whether nothing more fits: what is left is less than a preview of
// usual size takes.
func (s *shelf) full() bool {
	const usual = 2 << 10
	return s.count == maxPreviews || s.bytes > maxPreviewBytes-usual
}

// lightest is the weight of what goes first.
func (s *shelf) lightest() weight {
	for w := weights - 1; w > 0; w-- {
		if len(s.kept[w]) > 0 {
			return w
		}
	}
	return 0
}

// drop drops the last of the lightest.
func (s *shelf) drop() {
	w := s.lightest()
	last := len(s.kept[w]) - 1
	s.count--
	s.bytes -= s.kept[w][last].bytes
	s.dropped++
	s.kept[w][last] = shelved{}
	s.kept[w] = s.kept[w][:last]
}

func (s *shelf) previews() *Previews {
	p := &Previews{Dropped: s.dropped}
	for _, list := range s.kept {
		p.kept = append(p.kept, list...)
	}
	return p
}

// Previews are samples of conversations, the weightiest first.
type Previews struct {
	kept []shelved
	// Dropped counts conversations that did not fit.
	Dropped int64
	// Thumbs counts the pictures in them, and NoThumbs those that were left out or
	// could not be read.
	Thumbs, NoThumbs int
}

// Len is how many there are. A nil Previews has none.
func (p *Previews) Len() int {
	if p == nil {
		return 0
	}
	return len(p.kept)
}
