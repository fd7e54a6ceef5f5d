package redact

import (
	"iter"
	"unicode"
)

// A word is a run of letters and their marks, or of digits.
type word []rune

// long is how many letters or digits a word must have to be remembered, and to
// be looked for in the finished snapshot. Shorter ones come about by chance.
const long = 6

// replace replaces the words of text by others, or back. What a word becomes
// follows from it and from the words before it up to the beginning, so that
// counting how often a word occurs gives little away. A beginning is that of a
// line, and wherever a name or an address may begin: an identity becomes the same
// in "@maria.lopez" as alone, and jane@example.com in <jane@example.com>.
func (p *permuter) replace(text []rune, back bool) {
	var context fingerprint
	for i := 0; i < len(text); {
		end := wordEnd(text, i)
		if end == i {
			if isBeginning(text[i]) {
				context = fingerprint{}
			}
			i++
			continue
		}
		context = p.replaceWord(text[i:end], context, back)
		i = end
	}
}

// replaceWord returns the context of the next word, which follows from the
// original one.
func (p *permuter) replaceWord(w word, context fingerprint, back bool) fingerprint {
	var after fingerprint
	if !back {
		after = p.digest(forContext, 0, context, w)
	}
	p.values, p.sizes, p.alphabets, p.at = p.values[:0], p.sizes[:0], p.alphabets[:0], p.at[:0]
	for i, r := range w {
		a, place := placeOf(r)
		if isDigit := r >= '0' && r <= '9'; isDigit && i == 0 {
			a, place = leading, r-'1' // numbers keep their number of digits
		}
		if a == nil || place < 0 || a.size < 2 {
			continue
		}
		p.values, p.sizes = append(p.values, place), append(p.sizes, a.size)
		p.alphabets, p.at = append(p.alphabets, a), append(p.at, i)
	}
	if len(p.values) > 0 {
		p.permute(p.values, p.sizes, context, back)
	}
	for n, i := range p.at {
		w[i] = p.alphabets[n].at(p.values[n])
	}
	if back {
		after = p.digest(forContext, 0, context, w)
	}
	return after
}

// wordEnd is the end of the word that begins at i; i itself if none does.
func wordEnd(text []rune, i int) int {
	if isDigit(text[i]) {
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		return i
	}
	if !isLetter(text[i]) {
		return i
	}
	for i < len(text) && (isLetter(text[i]) || isMark(text[i])) {
		i++
	}
	return i
}

func isLetter(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return unicode.IsLetter(r)
}

func isDigit(r rune) bool {
	if r < 0x80 {
		return r >= '0' && r <= '9'
	}
	return unicode.IsDigit(r)
}

func isMark(r rune) bool { return r >= 0x80 && unicode.IsMark(r) }

// isBeginning reports whether a name, an address or a line may begin after r.
func isBeginning(r rune) bool {
	switch r {
	case '@', '<', ':', '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// longWords are the words of s that have as many letters or digits as long says.
func longWords(s string) iter.Seq[word] {
	return func(yield func(word) bool) {
		text := []rune(s)
		for i := 0; i < len(text); {
			end := wordEnd(text, i)
			if end == i {
				i++
				continue
			}
			if w := word(text[i:end]); w.isLong() && !yield(w) {
				return
			}
			i = end
		}
	}
}

func (w word) isLong() bool {
	if len(w) < long {
		return false
	}
	letters := 0
	for _, r := range w {
		if !isMark(r) {
			letters++
		}
	}
	return letters >= long
}
