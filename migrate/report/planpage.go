package report

import (
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// PlanPage is what a report for people tells beside the plan itself.
type PlanPage struct {
	*Plan
	Source, Destination string // as the command line names them
	MadeAt              time.Time
	// Unaccepted are critical losses that a run would stop for.
	Unaccepted []mapping.LossCode
	// Refusal is why a run should not begin, besides; empty when it may.
	Refusal string
	// Next is the command to go on with.
	Next string
	// Previews are samples of conversations; nil for none.
	Previews *Previews
}

// Verdict is the answer to the question whether to go on.
func (p *PlanPage) Verdict() Verdict { return verdictOf(p.Plan, p.Unaccepted, p.Refusal) }

// Made is when the plan was made.
func (p *PlanPage) Made() string { return p.MadeAt.UTC().Format("2 January 2006, 15:04 UTC") }

// Kinds are the counters of each kind of item.
func (p *PlanPage) Kinds() []KindCount { return kindCounts(p.Summary) }

// KindCount are the counters of one kind of item.
type KindCount struct {
	Name string
	migrate.Tally
}

func kindCounts(s migrate.Summary) []KindCount {
	return []KindCount{
		{"Conversations", s.Conversations}, {"Messages", s.Messages}, {"Participants", s.Participants},
		{"Users", s.Users}, {"Files", s.Media},
	}
}

// Stuck counts what needs a person.
func (k KindCount) Stuck() int64 { return k.Open + k.Failed + k.Blocked }

// Same counts what stays as it is.
func (k KindCount) Same() int64 { return k.Unchanged + k.Unchecked }

// Found are the findings that there are cases of.
func (p *PlanPage) Found() []Finding {
	var found []Finding
	for _, f := range p.Findings {
		if f.Count > 0 {
			found = append(found, f)
		}
	}
	return found
}

// PreviewCount is how many conversations can be opened.
func (p *PlanPage) PreviewCount() int64 { return int64(p.Previews.Len()) }
