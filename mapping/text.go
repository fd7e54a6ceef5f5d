package mapping

import (
	"iter"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// replacement stands for what cannot be sent.
const replacement = "\uFFFD"

// repairText makes s valid UTF-8 without NUL, and reports whether it had to.
func repairText(s string) (string, bool) {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s, false
	}
	s = strings.ToValidUTF8(s, replacement)
	return strings.ReplaceAll(s, "\x00", replacement), true
}

// isBlank reports whether s has nothing to show.
func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// lineText makes s one line: valid UTF-8, control characters replaced by
// spaces, no space around it.
func lineText(s string) string {
	s, _ = repairText(s)
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// cutText is the longest beginning of s that has at most the given number of
// UTF-16 units and ends between two graphemes; a single grapheme that is longer
// is cut between two runes. It reports whether anything was cut.
func cutText(s string, units int) (string, bool) {
	if len(s) <= units || extentOf(s).utf16 <= 2*units { // no unit is shorter than a byte
		return s, false
	}
	end := prefixWithin(s, extent{utf8: len(s), utf16: 2 * units, json: math.MaxInt})
	if b := lastGraphemeBoundary(s, end); b > 0 {
		end = b
	}
	return s[:end], true
}

// prefixWithin is the length of the longest beginning of s, in whole runes,
// that measures at most room.
func prefixWithin(s string, room extent) int {
	var e extent
	for i, r := range s {
		n := utf8.RuneLen(r)
		e.utf8 += n
		e.utf16 += 2
		if n == 4 {
			e.utf16 += 2
		}
		e.json += n
		if r < ' ' || r == '"' || r == '\\' {
			e.json += escaped(byte(r))
		}
		if !e.within(room) {
			return i
		}
	}
	return len(s)
}

// lastGraphemeBoundary is the last boundary between two graphemes of s at or
// before end, 0 when there is none.
func lastGraphemeBoundary(s string, end int) int {
	last := 0
	for b := range graphemeBoundaries(s, 0, end) {
		last = b
	}
	return last
}

// graphemeBoundaries yields the boundaries of s after start and up to end,
// ascending. Start must be a boundary itself.
func graphemeBoundaries(s string, start, end int) iter.Seq[int] {
	return func(yield func(int) bool) {
		// Whether end is a boundary depends on the rune after it, and on no more.
		_, next := utf8.DecodeRuneInString(s[end:])
		rest, state, at := s[start:end+next], -1, start
		for rest != "" {
			var cluster string
			cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
			at += len(cluster)
			if at > end || !yield(at) {
				return
			}
		}
	}
}
