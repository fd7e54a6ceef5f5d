package mapping

import (
	"strings"
	"unicode/utf8"
)

// restElsewhere ends the text of an edited message that has grown beyond the
// parts it was sent in.
const restElsewhere = "\n[… the rest of this edited message stands in the sidecar]"

// squeezed is the text of as many parts as there may be, with a note at its end.
func (d *drafting) squeezed(parts []NewChatMessage) string {
	var b strings.Builder
	for _, p := range parts[:d.most] {
		b.WriteString(p.Content)
	}
	text := b.String()
	const step = 512 // bytes; the last part carries more metadata than the one before
	for end := len(text) - len(restElsewhere); end > 0; end -= step {
		text = text[:boundary(text, end)] + restElsewhere
		if again, _ := d.lay(text); len(again) <= d.most {
			return text
		}
		text = strings.TrimSuffix(text, restElsewhere)
	}
	return strings.TrimSpace(restElsewhere)
}

// boundary is the last boundary of graphemes in text at or before end.
func boundary(text string, end int) int {
	for !utf8.RuneStart(text[end]) {
		end--
	}
	cut := safeStart(text, end)
	for b := range graphemeBoundaries(text, cut, end) {
		cut = b
	}
	return cut
}
