package report

import (
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Plan is what a plan says: everything that a reader needs to decide whether to
// go on, to mend something first, or to leave it. Fields are only ever added to its
// JSON form, which PlanSchema describes.
type Plan struct {
	Run     int             `json:"run"` // the latest in the ledger, 0 before the first
	Summary migrate.Summary `json:"summary"`

	Losses       []migrate.LossCount `json:"losses,omitempty"`
	Problems     []migrate.Problem   `json:"problems,omitempty"`
	MoreProblems int                 `json:"moreProblems,omitempty"`
	Unused       int64               `json:"unusedIdentities,omitempty"`

	// Policies are what decides about the outcome, as it was chosen.
	Policies []Policy `json:"policies"`
	// Fidelity says how much of the source stands in ACS itself afterwards.
	Fidelity Fidelity  `json:"fidelity"`
	Findings []Finding `json:"findings"`
	// MediaChecked says that the plan has looked whether the files are still there.
	MediaChecked bool `json:"mediaChecked"`
	// Bytes are those of all messages that the plan has looked at.
	Bytes    Bytes    `json:"bytes"`
	Lengths  []Bucket `json:"conversationLengths"`
	Timeline Timeline `json:"timeline"`
	Estimate Estimate `json:"estimate"`
	Events   Events   `json:"events"`

	// Updates are the first changes to something that is in ACS already, field by
	// field. Long values are cut.
	Updates     []migrate.Change `json:"updates,omitempty"`
	MoreUpdates int64            `json:"moreUpdates,omitempty"`

	rows *spool
	// departed are messages deleted because they are gone in Twilio, by conversation:
	// they become known after its row was written.
	departed map[mapping.ConversationSID]int64
}

// NoPlan is the document of a plan that an error ended.
func NoPlan() *Plan {
	return &Plan{
		Policies: []Policy{}, Findings: []Finding{}, Lengths: []Bucket{}, Timeline: Timeline{Unit: Day, Points: []Point{}},
		Estimate: Estimate{Requests: []Requests{}, Bounds: []Bound{}}, Events: Events{EventGrid: []EventCount{}},
	}
}

// Policy is one of the things that decide about the outcome.
type Policy struct {
	Name  string `json:"name"` // that of the flag
	Value string `json:"value"`
}

// Bytes are sizes of what the source holds.
type Bytes struct {
	Text  int64 `json:"text"` // of bodies and subjects, in UTF-8
	Files int64 `json:"files"`
	// TextToCarry and FilesToCarry are those of messages and files that a run would
	// write.
	TextToCarry  int64 `json:"textToCarry"`
	FilesToCarry int64 `json:"filesToCarry"`
}

// Fidelity is how much of the source stands in ACS itself afterwards. What it
// counts is written at mapping.Fidelity. Of a conversation that cannot be carried,
// each message, participant and file counts as one field that is lost.
type Fidelity struct {
	mapping.Fidelity
	// Percent is the share of what is native or metadata, rounded down.
	Percent float64 `json:"percent"`
}

// Rows are the conversations, in the order of the source; those that are gone
// there come last. An error comes once, last.
func (p *Plan) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if p.rows == nil {
			return
		}
		for row, err := range p.rows.all() {
			if n := p.departed[row.SID]; n > 0 && row.Verb != migrate.VerbDelete {
				row.lose(n)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// Close removes what the plan keeps on disk. Rows must not be used any more.
func (p *Plan) Close() error {
	if p.rows == nil {
		return nil
	}
	return p.rows.close()
}
