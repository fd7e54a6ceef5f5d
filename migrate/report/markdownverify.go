package report

import (
	"fmt"
	"io"
)

// WriteMarkdown writes the verification as Markdown that fits into a comment on a
// pull request. Nothing in it can make a link, picture, mention or markup but its
// own words.
func (p *VerifyPage) WriteMarkdown(w io.Writer) error {
	m := new(markdownPage)
	m.block(fmt.Sprintf("## Verification: %s\n\n", p.Headline()))
	if p.Failure != "" {
		m.block("- it did not come to its end: " + plainText(p.Failure) + "\n")
	}
	for _, s := range p.Statements() {
		m.block("- " + plainText(s) + "\n")
	}
	m.block("\n" + codeText(p.Destination) + ", " + p.Made() + ".\n")
	var rows []string
	for _, k := range p.Kinds() {
		rows = append(rows, markdownRow(k.Name, comma(k.Total), comma(k.Same()), comma(k.Failed), comma(k.Pending), comma(k.Open+k.Blocked)))
	}
	m.table("| | In all | As it should be | Different | Pending | Open or blocked |", rows)
	if !p.OK() {
		m.folded("Differences", func() {
			var rows []string
			for _, d := range p.Differences {
				rows = append(rows, markdownRow(codeText(d.Path), shortText(d.Want), shortText(d.Got)))
			}
			m.table("| Path | Expected | Found |", rows)
			if p.MoreDifferences > 0 {
				m.block(fmt.Sprintf("\nand %s more\n", comma(int64(p.MoreDifferences))))
			}
		})
	}
	return m.writeTo(w)
}
