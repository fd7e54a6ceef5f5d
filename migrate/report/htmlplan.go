package report

import (
	"io"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// maxHTMLRows is how many conversations the table of a report has, so that a
// phone can open it: about 4 MB. Those that matter most are taken first.
const maxHTMLRows = 20_000

// WriteHTML writes the plan as one HTML file that needs nothing but itself. It
// holds no more of it in memory than a row.
func (p *PlanPage) WriteHTML(w io.Writer) error {
	table, err := p.choose()
	if err != nil {
		return err
	}
	page := newHTMLPage(w)
	if err := page.head("Migration plan: " + p.Source + " → " + p.Destination); err != nil {
		return err
	}
	if err := page.fill("plan.tmpl", planView{p, table}); err != nil {
		return err
	}
	if err := page.data("rows", func(add func(any) error) error { return p.tableRows(table, add) }); err != nil {
		return err
	}
	if err := page.data("previews", p.Previews.each); err != nil {
		return err
	}
	return page.end()
}

// planView is what the template of a plan shows.
type planView struct {
	*PlanPage
	Table tableCut
}

// tableCut says which conversations are in the table.
type tableCut struct {
	Rows, All int64
	// Of the weight edge there are atEdge in it, and all that are weightier.
	edge   weight
	atEdge int64
}

// Left is how many are not in the table.
func (c tableCut) Left() int64 { return c.All - c.Rows }

// choose counts the conversations and decides which are in the table.
func (p *PlanPage) choose() (tableCut, error) {
	var counts [weights]int64
	for row, err := range p.Rows() {
		if err != nil {
			return tableCut{}, err
		}
		counts[row.weight()]++
	}
	cut := tableCut{edge: weights}
	for w, n := range counts {
		cut.All += n
		if cut.edge < weights { // what is lighter than that stays out
			continue
		}
		if free := maxHTMLRows - cut.Rows; n > free {
			cut.edge, cut.atEdge, n = weight(w), free, free
		}
		cut.Rows += n
	}
	return cut, nil
}

// weight is how much a reader wants to see a row.
func (r Row) weight() weight { return weigh(r.Verb, r.Losses) }

// tableRows hands on the rows that are in the table.
func (p *PlanPage) tableRows(cut tableCut, add func(any) error) error {
	for row, err := range p.Rows() {
		if err != nil {
			return err
		}
		switch w := row.weight(); {
		case w > cut.edge, w == cut.edge && cut.atEdge == 0:
			continue
		case w == cut.edge:
			cut.atEdge--
		}
		if err := add(tableRow(row)); err != nil {
			return err
		}
	}
	return nil
}

// tableRow is a row as short as it can be said: what stands where, page.js knows.
func tableRow(r Row) []any {
	topic, _ := cutText(r.Topic, maxPreviewName)
	return []any{
		r.SID, topic, r.Verb, dateOf(r.CreatedAt), dateOf(r.LastMessageAt), r.Members, r.Messages.Total, r.Files, r.Bytes,
		r.Fidelity, r.Seconds, r.Losses, r.Reason, []int64{r.Messages.Create, r.Messages.Update, r.Messages.Delete, r.Joined, r.Left, r.NewFiles},
		r.State,
	}
}

// each hands on the previews.
func (p *Previews) each(add func(any) error) error {
	if p == nil {
		return nil
	}
	for _, k := range p.kept {
		if err := add(k.preview); err != nil {
			return err
		}
	}
	return nil
}

// Verbs are the verbs of conversations, in the order of the filter.
func (planView) Verbs() []migrate.Verb {
	return []migrate.Verb{migrate.VerbBlocked, migrate.VerbFailed, migrate.VerbCreate, migrate.VerbUpdate, migrate.VerbDelete, migrate.VerbUnchanged}
}
