package report

import (
	"fmt"
	"io"
	"time"
)

// WriteMarkdown writes the page as Markdown that fits into a comment on a pull request.
// Nothing in it can make a link, picture, mention or markup but its own words.
func (p *CutoverPage) WriteMarkdown(w io.Writer) error {
	m := new(markdownPage)
	m.block(fmt.Sprintf("## Cutover: %s\n\n", p.Headline()))
	for _, s := range p.Against() {
		m.block("- **" + plainText(s) + "**\n")
	}
	for _, s := range p.Statements() {
		m.block("- " + plainText(s) + "\n")
	}
	m.block(fmt.Sprintf("\n%s, frozen %s, looked at %s.\n", codeText(p.Destination), p.Frozen(), p.Made()))
	for _, s := range p.All() {
		if m.block("\n### " + codeText(s.Name()) + "\n") {
			m.table(balanceHead, balanceRows(s.Kinds))
		}
	}
	if len(p.Writers) > 0 {
		m.folded("Conversations that still get messages", func() {
			var rows []string
			for _, c := range p.Writers {
				rows = append(rows, markdownRow(codeText(string(c.Conversation)), comma(c.Messages), c.Newest.UTC().Format(time.RFC3339)))
			}
			m.table("| Conversation | Messages | Latest |", rows)
		})
	}
	return m.writeTo(w)
}

const balanceHead = "| Kind | Source | Carried | Blocked | Left out | Pending | Open | Failed | Adds up |"

func balanceRows(kinds []Balance) (rows []string) {
	for _, b := range kinds {
		sum := "yes"
		if !b.AddsUp() {
			sum = "**no: " + comma(b.Sum()) + "**"
		}
		rows = append(rows, markdownRow(b.Kind, comma(b.Source), comma(b.Carried), comma(b.Blocked), comma(b.LeftOut), comma(b.Pending), comma(b.Open), comma(b.Failed), sum))
	}
	return rows
}
