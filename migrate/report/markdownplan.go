package report

import (
	"fmt"
	"io"
)

// maxMarkdownRows is how many conversations a report in Markdown names.
const maxMarkdownRows = 50

// WriteMarkdown writes the plan as Markdown that fits into a comment on a pull
// request. Texts of people can make no link, picture, mention or markup in it.
func (p *PlanPage) WriteMarkdown(w io.Writer) error {
	weighty, err := p.weightiest(maxMarkdownRows)
	if err != nil {
		return err
	}
	v, m := p.Verdict(), new(markdownPage)
	m.block(fmt.Sprintf("## Migration plan: %s\n\n", v.Headline()))
	for _, reason := range v.Reasons {
		m.block("- " + plainText(reason) + "\n")
	}
	m.block(fmt.Sprintf("\n%s → %s, %s. Nothing was written.\n", codeText(p.Source), codeText(p.Destination), p.Made()))
	m.kinds(p.Kinds())
	m.block(fmt.Sprintf("\nKept in ACS itself: **%s** of all fields. Takes at least **%s**, costs about **%.2f %s**.\n",
		percentOf(p.Fidelity.Percent), shortly(p.Estimate.Seconds), p.Estimate.Cost.Total, p.Estimate.Cost.Currency))
	p.markdownLosses(m)
	for _, f := range p.Found() {
		m.block(fmt.Sprintf("\n- **%s** × %s", comma(f.Count), f.Title))
	}
	m.block("\n")
	if len(weighty) > 0 {
		m.folded("Conversations to look at", func() { p.markdownRows(m, weighty) })
	}
	m.folded("Decided by", func() {
		var rows []string
		for _, policy := range p.Policies {
			rows = append(rows, markdownRow("--"+policy.Name, codeText(policy.Value)))
		}
		m.table("| Flag | Value |", rows)
	})
	return m.writeTo(w)
}

// kinds adds the table of counters.
func (m *markdownPage) kinds(kinds []KindCount) {
	var rows []string
	for _, k := range kinds {
		rows = append(rows, markdownRow(k.Name, comma(k.Total), comma(k.Created), comma(k.Updated), comma(k.Deleted), comma(k.Same()), comma(k.Pending), comma(k.Stuck())))
	}
	m.table("| | In all | Create | Update | Delete | Stay | Pending | Stuck |", rows)
}

// markdownLosses adds the table of losses.
func (p *PlanPage) markdownLosses(m *markdownPage) {
	if len(p.Losses) == 0 {
		return
	}
	var rows []string
	for _, l := range p.Losses {
		rows = append(rows, markdownRow(string(l.Severity), "`"+string(l.Code)+"`", comma(int64(l.Count)), l.Title))
	}
	m.table("| Severity | Loss | Cases | What |", rows)
}

// markdownRows adds a table of conversations.
func (p *PlanPage) markdownRows(m *markdownPage, list []Row) {
	var rows []string
	for _, r := range list {
		losses := int64(0)
		for _, n := range r.Losses {
			losses += int64(n)
		}
		rows = append(rows, markdownRow(codeText(string(r.SID)), shortText(r.Topic), string(r.Verb), comma(r.Messages.Total), comma(losses), shortText(r.Reason)))
	}
	m.table("| SID | Topic | Becomes | Messages | Losses | Why |", rows)
}

// weightiest are the n conversations that matter most, those alone in which
// something is blocked, failed or lost.
func (p *PlanPage) weightiest(n int) ([]Row, error) {
	var kept [weightChanged][]Row
	for row, err := range p.Rows() {
		if err != nil {
			return nil, err
		}
		if w := row.weight(); w < weightChanged && len(kept[w]) < n {
			kept[w] = append(kept[w], row)
		}
	}
	var list []Row
	for _, rows := range kept {
		list = append(list, rows[:min(len(rows), n-len(list))]...)
	}
	return list, nil
}
