package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// ProtocolEntry is one step of a night as it stands in the protocol: who reads it later
// wants to know what was done when, what came of it and what was decided.
type ProtocolEntry struct {
	At   time.Time
	Step string // in words of this program: "sync, round 3"
	// Facts are what came of it, one to a line. They may hold texts of people.
	Facts []string
	// Commands are what was run, or is to be run.
	Commands []string
	// Balances are the sums that a decision stands on.
	Balances []ServiceBalance
}

// WriteMarkdown writes the entry. What stands in facts cannot make any markup, and a
// command stands in a block of code that it cannot end.
func (e ProtocolEntry) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s · %s\n\n", e.At.UTC().Format("2006-01-02 15:04:05 UTC"), plainFact(e.Step))
	for _, f := range e.Facts {
		b.WriteString("- " + plainFact(f) + "\n")
	}
	if len(e.Facts) > 0 && len(e.Commands) > 0 {
		b.WriteString("\n")
	}
	for _, c := range e.Commands {
		for line := range strings.Lines(c) {
			b.WriteString("    " + codeLine(line) + "\n") // indented: nothing can end it
		}
	}
	for _, s := range e.Balances {
		fmt.Fprintf(&b, "\n%s:\n\n%s\n%s\n", plainFact(s.Name()), balanceHead, strings.Repeat("| --- ", strings.Count(balanceHead, "|")-1)+"|")
		for _, row := range balanceRows(s.Kinds) {
			b.WriteString(row + "\n")
		}
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// harmless are colons that can mean nothing in Markdown: before a space, and in a time.
// Facts are easier to read with them.
var harmless = regexp.MustCompile(`: |\b\d\d:\d\d:\d\d\b`)

// plainFact is plainText with harmless colons.
func plainFact(text string) string {
	var b strings.Builder
	from := 0
	for _, at := range harmless.FindAllStringIndex(text, -1) {
		b.WriteString(plainText(text[from:at[0]]) + text[at[0]:at[1]])
		from = at[1]
	}
	b.WriteString(plainText(text[from:]))
	return b.String()
}

// codeLine is a line for a block of code, without what a terminal or a reader could
// take for something else than text.
func codeLine(line string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", r) {
			return -1
		}
		return r
	}, strings.TrimRight(line, "\r\n"))
}
