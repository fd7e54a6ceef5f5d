package main

// ink is a colour or weight of text, as an ANSI sequence.
type ink string

const (
	bold   ink = "\x1b[1m"
	red    ink = "\x1b[31m"
	yellow ink = "\x1b[33m"
	green  ink = "\x1b[32m"
	cyan   ink = "\x1b[36m"
	dim    ink = "\x1b[2m"
)

// painter colours text, or leaves it as it is.
type painter bool

func (p painter) paint(i ink, text string) string {
	if !p {
		return text
	}
	const reset = "\x1b[0m"
	return string(i) + text + reset
}
