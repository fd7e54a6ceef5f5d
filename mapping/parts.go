package mapping

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxBlankRun bounds a run of white space in a text of several parts, in bytes,
// so that no part is nothing but white space, which ACS may refuse.
const maxBlankRun = 4 << 10

// splitText cuts text into parts of which the first fits into first and the
// others into rest. Joined they are text again. A cut lies between two
// graphemes, and in the last fifth of the room after a paragraph, a line or a
// word if there is one. It takes time in proportion to the text.
func splitText(text string, first, rest extent) []string {
	var parts []string
	for room := first; ; room = rest {
		end := cutPoint(text, room)
		parts = append(parts, text[:end])
		if text = text[end:]; text == "" {
			return parts
		}
	}
}

// cutPoint is where the part at the beginning of text ends.
func cutPoint(text string, room extent) int {
	end := prefixWithin(text, room)
	if end == len(text) {
		return end
	}
	cut := bestCut(text, end)
	if isBlank(text[:cut]) { // white space before a grapheme larger than a part
		return end
	}
	if !isBlank(text[cut:]) {
		return cut
	}
	// The rest must have something to show: it takes the last word along.
	shown := strings.TrimRightFunc(text[:cut], unicode.IsSpace)
	_, last := utf8.DecodeLastRuneInString(shown)
	if end = len(shown) - last; end <= 0 {
		return cut
	}
	return bestCut(text, end)
}

// How good a place to cut is, from bad to good.
const (
	betweenGraphemes = iota + 1
	afterWord
	afterLine
	afterParagraph
)

// bestCut is the best place to cut text at or before end: of those in the last
// fifth the best, the last among equals; failing these the last one before; and
// end itself, between two runes, inside a grapheme that fills the whole part.
func bestCut(text string, end int) int {
	floor := end - end/5
	best, quality := end, 0
	for b := range graphemeBoundaries(text, safeStart(text, floor), end) {
		q := betweenGraphemes
		if b > floor {
			q = cutQuality(text, b)
		}
		if q >= quality {
			best, quality = b, q
		}
	}
	return best
}

// safeStart is a boundary of text at or before floor to look for others from.
// Between two printable ASCII characters there always is one; the beginning is
// one too.
func safeStart(text string, floor int) int {
	for i := floor; i > 0 && i > floor-256; i-- {
		if isPrintableASCII(text[i]) && isPrintableASCII(text[i-1]) {
			return i
		}
	}
	return 0
}

func isPrintableASCII(b byte) bool { return b >= ' ' && b < 0x7F }

// cutQuality says what ends at b.
func cutQuality(text string, b int) int {
	next, _ := utf8.DecodeRuneInString(text[b:])
	if unicode.IsSpace(next) {
		return betweenGraphemes // in the middle of white space
	}
	blank := text[len(strings.TrimRightFunc(text[:b], unicode.IsSpace)):b]
	switch strings.Count(blank, "\n") {
	case 0:
		if blank == "" {
			return betweenGraphemes
		}
		return afterWord
	case 1:
		return afterLine
	}
	return afterParagraph
}

// shortenBlanks cuts runs of white space in text to maxBlankRun, and reports
// whether there was any to cut.
func shortenBlanks(text string) (string, bool) {
	if len(text) <= maxBlankRun {
		return text, false
	}
	var b strings.Builder
	kept, run := 0, 0 // text[:kept] is dealt with; the run of white space began at run
	for i, r := range text {
		n := utf8.RuneLen(r)
		if !unicode.IsSpace(r) {
			run = i + n
			continue
		}
		if i+n-run > maxBlankRun {
			b.WriteString(text[kept:i])
			kept = i + n
		}
	}
	if kept == 0 {
		return text, false
	}
	b.WriteString(text[kept:])
	return b.String(), true
}
