package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// maxMarkdown is how many characters a report in Markdown has at most. GitHub takes
// 65,536 in a comment; what a bot puts around the report needs room too.
const maxMarkdown = 60_000

// markdownPage writes Markdown up to a size. What does not fit is left out block by
// block, which it says at the end.
type markdownPage struct {
	b       strings.Builder
	skipped int // blocks
}

// block adds text that only makes sense as a whole, if it fits.
func (m *markdownPage) block(text string) bool {
	if m.b.Len()+len(text) > maxMarkdown {
		m.skipped++
		return false
	}
	m.b.WriteString(text)
	return true
}

// table adds as many rows of a table as fit. It says how many it left out.
func (m *markdownPage) table(head string, rows []string) {
	const end = 200 // bytes for what stands behind
	columns := strings.Count(head, "|") - 1
	text := "\n" + head + "\n" + strings.Repeat("| --- ", columns) + "|\n"
	for i, row := range rows {
		if m.b.Len()+len(text)+len(row)+end > maxMarkdown {
			text += fmt.Sprintf("\n… and %s\n", many(int64(len(rows)-i), "more line", "more lines"))
			break
		}
		text += row + "\n"
	}
	m.block(text)
}

// row is a line of a table.
func markdownRow(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |" }

// folded adds what begin writes inside a fold.
func (m *markdownPage) folded(title string, body func()) {
	if !m.block("\n<details><summary>" + title + "</summary>\n") {
		return
	}
	body()
	m.b.WriteString("\n</details>\n") // there is always room for it
}

// writeTo writes the page.
func (m *markdownPage) writeTo(w io.Writer) error {
	if m.skipped > 0 {
		m.b.WriteString("\n_Some of it is left out: it would be too long for a comment._\n")
	}
	_, err := io.WriteString(w, m.b.String())
	return err
}

// maxMarkdownText is how many bytes of a text of people stand in a cell.
const maxMarkdownText = 120

// shortText is plainText of the beginning of a text.
func shortText(text string) string {
	text, more := cutText(text, maxMarkdownText)
	if more > 0 {
		return plainText(text) + "…"
	}
	return plainText(text)
}

// plainMarks are what can mean nothing inside a line, unless it follows something
// that becomes a reference.
const plainMarks = " ,;.-()'\"%?=+/…–→"

// plainText is a text such that Markdown takes it for nothing but text, on one line:
// each character that could begin markup, be it a link, a picture, a mention or the
// end of a cell, becomes a character reference. GitHub looks for some of them behind
// the references; a space of no width keeps it from that.
func plainText(text string) string {
	var b strings.Builder
	before := "" // the last letters, for what GitHub links by its beginning
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		switch {
		case r == '.' && strings.HasSuffix(before, "www"), r == '-' && strings.HasSuffix(before, "gh"), strings.ContainsRune("@#:", r):
			fmt.Fprintf(&b, "&#%d;&#8203;", r)
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), strings.ContainsRune(plainMarks, r):
			b.WriteRune(r)
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.IsSpace(r):
			b.WriteByte(' ')
		default:
			fmt.Fprintf(&b, "&#%d;", r)
		}
		before = before[max(0, len(before)-8):] + string(unicode.ToLower(r))
	}
	return b.String()
}

// codeText is a text in a code span where that can hold it, and else shortText: a
// path reads better so.
func codeText(text string) string {
	odd := func(r rune) bool {
		return !strings.ContainsRune("-_./:", r) && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	}
	if text == "" || len(text) > maxMarkdownText || strings.ContainsFunc(text, odd) {
		return shortText(text)
	}
	return "`" + text + "`"
}
