package report

import (
	"fmt"
	"io"
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
}

// WriteMarkdown writes the entry. What stands in facts cannot make any markup, and a
// command stands in a block of code that it cannot end.
func (e ProtocolEntry) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s · %s\n\n", e.At.UTC().Format("2006-01-02 15:04:05 UTC"), plainText(e.Step))
	for _, f := range e.Facts {
		b.WriteString("- " + plainText(f) + "\n")
	}
	if len(e.Commands) > 0 {
		b.WriteString("\n")
	}
	for _, c := range e.Commands {
		for line := range strings.Lines(c) {
			b.WriteString("    " + codeLine(line) + "\n") // indented: nothing can end it
		}
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
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
