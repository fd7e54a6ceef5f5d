package report

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// A GoldenDifference is one field that is not as its golden file says.
type GoldenDifference struct {
	// Path names the field as migrate.PathOf does: conversations/CH…/messages/IM…/content.
	Path string
	// Where is the path within its document, as people read it; empty for a document
	// as a whole.
	Where string
	// Field is the same for all conversations, messages and members:
	// messages/*/content. It is empty for a document as a whole.
	Field string
	// Want is what the golden file says, Got what the replay came to: lines that are
	// safe to print, none where there is nothing.
	Want, Got []string
}

// Difference is d as verify has it.
func (d GoldenDifference) Difference() migrate.Difference {
	return migrate.Difference{Path: d.Path, Want: oneLine(d.Want), Got: oneLine(d.Got)}
}

// Lines show d in the habit of diff: where it is, what the golden file says and what
// the replay came to. The first byte of each line tells which it is.
func (d GoldenDifference) Lines() []string {
	lines := make([]string, 0, 1+len(d.Want)+len(d.Got))
	if d.Where != "" {
		lines = append(lines, "@@ "+d.Where+" @@")
	}
	for _, line := range d.Want {
		lines = append(lines, "-"+line)
	}
	for _, line := range d.Got {
		lines = append(lines, "+"+line)
	}
	return lines
}

func oneLine(lines []string) string {
	if len(lines) == 0 {
		return "nothing"
	}
	words := make([]string, len(lines))
	for i, line := range lines {
		words[i] = strings.TrimSpace(line)
	}
	return strings.Join(words, " ")
}

// texts show where two texts part, or with whole all of them.
func texts(want, got string, whole bool) ([]string, []string) {
	if whole {
		return []string{strconv.Quote(want)}, []string{strconv.Quote(got)}
	}
	want, got = migrate.Excerpts(want, got)
	return []string{want}, []string{got}
}

const (
	// maxGoldenLines is how many lines of a value are shown, and maxGoldenLine how
	// many characters of each.
	maxGoldenLines = 12
	maxGoldenLine  = 160
)

// linesOf are a value as it stands in a golden file; not all of them unless whole
// is set.
func linesOf(v any, whole bool) []string {
	if v == any(absent{}) {
		return nil
	}
	var b bytes.Buffer
	if err := encodeGolden(&b, v); err != nil {
		panic(err) // it was read from JSON
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		if !whole && len(lines) == maxGoldenLines {
			more := strings.Count(b.String(), "\n") - maxGoldenLines
			return append(lines, "… "+strconv.Itoa(more)+" more lines")
		}
		lines = append(lines, lineOf(strings.TrimSuffix(line, "\n"), whole))
	}
	return lines
}

// lineOf is a line of JSON without anything that would move the cursor of a
// terminal or turn the direction of its text.
func lineOf(s string, whole bool) string {
	var b strings.Builder
	length := 0
	for _, r := range s {
		if length++; length > maxGoldenLine && !whole {
			b.WriteString("…")
			break
		}
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
	}
	return b.String()
}
