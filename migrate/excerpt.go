package migrate

import (
	"strconv"
	"unicode/utf8"
)

// excerptLength is how many bytes of a text a difference shows.
const excerptLength = 60

// excerpts shows two texts, quoted, from a little before where they part.
func excerpts(want, got string) (string, string) {
	at := 0
	for at < min(len(want), len(got)) && want[at] == got[at] {
		at++
	}
	return excerpt(want, at), excerpt(got, at)
}

// excerpt quotes the part of s around byte at.
func excerpt(s string, at int) string {
	const before = 20
	from := max(0, min(at, len(s))-before)
	for from > 0 && !utf8.RuneStart(s[from]) {
		from--
	}
	to := min(len(s), from+excerptLength)
	for to < len(s) && !utf8.RuneStart(s[to]) {
		to++
	}
	text := strconv.Quote(s[from:to])
	if from > 0 {
		text = "…" + text
	}
	if to < len(s) {
		text += "…"
	}
	return text
}
