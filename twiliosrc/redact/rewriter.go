package redact

import (
	"strings"
	"unicode"
)

// rewriter replaces the text of one resource or file, or restores it: every
// rule below can be run in both directions, and so can their composition.
type rewriter struct {
	permuter
	back bool
	// meet is told every long word of the original, which the text is read from
	// or restored to, and the field in which it stands.
	meet  func(field string, w word)
	field string
	// structural tells the keys of people's JSON that are none of their text.
	structural func(key string) bool
}

// outside is one value for another among those that are not kept: step is
// repeated until it leaves those that are. Because step permutes all values, this
// permutes the rest of them, so that nothing ever becomes what only those may be
// that are kept.
func outside(kept func(string) bool, step func(string) string, s string) string {
	if kept(s) {
		return s
	}
	for {
		if s = step(s); !kept(s) {
			return s
		}
	}
}

// text replaces s line by line, so that a line of a message becomes the same as
// in the file that repeats it.
func (w *rewriter) text(s string) string {
	if !strings.Contains(s, "\n") {
		return w.line(s)
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = w.line(l)
	}
	return strings.Join(lines, "\n")
}

// line replaces a line unless it is an identifier of Twilio's.
func (w *rewriter) line(s string) string {
	replaced := outside(isReference, w.address, s)
	original := s
	if w.back {
		original = replaced
	}
	for long := range longWords(original) {
		w.meet(w.field, long)
	}
	return replaced
}

// address replaces a line and keeps what makes it an address, wherever it is
// one: the prefixes of whatsapp:+1… and of "Jane <mailto:jane@…>".
func (w *rewriter) address(s string) string {
	if named := strings.TrimSpace(s); strings.HasSuffix(named, ">") {
		if open := strings.LastIndexByte(s, '<'); open >= 0 {
			return w.plain(s[:open]) + "<" + w.prefixed(s[open+1:])
		}
	}
	return w.prefixed(s)
}

// prefixed replaces s but for the prefix that it begins with.
func (w *rewriter) prefixed(s string) string {
	if strings.ContainsFunc(strings.TrimSpace(s), unicode.IsSpace) {
		return w.plain(s)
	}
	prefix, rest, ok := w.cutPrefix(s, isPrefix)
	if ok && strings.EqualFold(strings.TrimSpace(prefix), "urn:") {
		var inner string
		inner, rest, _ = w.cutPrefix(rest, isURNPrefix)
		prefix += inner
	}
	return prefix + w.plain(rest)
}

// cutPrefix takes the letters up to a colon off s, and replaces them unless they
// are kept.
func (w *rewriter) cutPrefix(s string, kept func(string) bool) (prefix, rest string, ok bool) {
	prefix, rest, ok = strings.Cut(s, ":")
	if !ok || strings.ContainsFunc(prefix, isNoPrefix) {
		return "", s, false
	}
	return outside(kept, w.plain, prefix) + ":", rest, true
}

func isNoPrefix(r rune) bool { return !isLetter(r) && !unicode.IsSpace(r) }

// isPrefix reports whether s says how the address after it is to be used. They
// are those of mapping's channels and of links.
func isPrefix(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "sms", "tel", "whatsapp", "messenger", "gbm", "email", "mailto", "rcs", "apple", "urn", "http", "https":
		return true
	}
	return false
}

// isURNPrefix is isPrefix behind urn:, as several channels have it.
func isURNPrefix(s string) bool { return strings.EqualFold(s, "mbid") }

// plain replaces the words of s.
func (w *rewriter) plain(s string) string {
	text := []rune(s)
	w.replace(text, w.back)
	return string(text)
}
