package migrate

import (
	"strconv"
	"unicode/utf8"
)

// excerptLength is how many bytes of a text a difference shows.
const excerptLength = 60

// Excerpts shows two texts, quoted, from a little before where they part.
func Excerpts(want, got string) (string, string) {
	at := 0
	for at < min(len(want), len(got)) && want[at] == got[at] {
		at++
	}
	return excerpt(want, at), excerpt(got, at)
}

// excerpt quotes the part of s around byte at.
func excerpt(s string, at int) string {
	const before = 20
	from := runeStart(s, max(0, min(at, len(s))-before))
	to := runeStart(s, min(len(s), from+excerptLength))
	text := strconv.Quote(s[from:to])
	if from > 0 {
		text = "…" + text
	}
	if to < len(s) {
		text += "…"
	}
	return text
}

// runeStart is i, or where the rune begins that i is in the middle of.
func runeStart(s string, i int) int {
	for j := i; j < len(s) && j > max(0, i-utf8.UTFMax); j-- {
		if utf8.RuneStart(s[j]) {
			return j
		}
	}
	return i
}
