package report

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// goldenSummary is what the migration has to say of itself.
type goldenSummary struct {
	Format   string            `json:"format"`
	Losses   []goldenLoss      `json:"losses"`
	Policies map[string]string `json:"policies"`
	Problems []migrate.Problem `json:"problems,omitempty"`
	// MoreProblems counts those that the engine did not keep.
	MoreProblems int `json:"moreProblems,omitempty"`
	// Summary has those counters that are not 0.
	Summary map[string]map[string]int64 `json:"summary"`
}

// goldenLoss leaves out what is said of its kind in general: better words for it
// change nothing of the outcome.
type goldenLoss struct {
	Code     mapping.LossCode `json:"code"`
	Count    int              `json:"count"`
	Examples []string         `json:"examples,omitempty"`
	Severity mapping.Severity `json:"severity"`
}

// summaryOf is the summary of a report.
func summaryOf(r *migrate.Report, policies map[string]string) (goldenSummary, error) {
	s := goldenSummary{
		Format: GoldenFormat, Losses: make([]goldenLoss, len(r.Losses)), Policies: policies,
		Problems: r.Problems, MoreProblems: r.MoreProblems,
	}
	for i, l := range r.Losses {
		s.Losses[i] = goldenLoss{Code: l.Code, Count: l.Count, Examples: l.Examples, Severity: l.Severity}
	}
	counters, err := json.Marshal(r.Summary)
	if err == nil {
		err = json.Unmarshal(counters, &s.Summary)
	}
	if err != nil {
		return s, fmt.Errorf("encode summary: %w", err)
	}
	for _, tally := range s.Summary {
		maps.DeleteFunc(tally, func(_ string, n int64) bool { return n == 0 })
	}
	return s, nil
}
