package main

import (
	"cmp"
	"maps"
	"slices"

	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// goldenResult is what became of golden files.
type goldenResult struct {
	Directory            string                     `json:"directory"`
	Files                map[report.GoldenState]int `json:"files,omitempty"`  // compared, by state
	Fields               map[string]int             `json:"fields,omitempty"` // differences, by field
	*report.GoldenCounts                            // nil unless they were written
}

func newGoldenResult(dir string) *goldenResult {
	return &goldenResult{Directory: dir, Files: make(map[report.GoldenState]int), Fields: make(map[string]int)}
}

// wholly is what takes the place of a field where a whole document differs.
var wholly = map[report.GoldenState]string{
	report.GoldenNew:  "(no golden file)",
	report.GoldenGone: "(not replayed any more)",
}

// add counts how a document and its golden file go together.
func (g *goldenResult) add(r report.GoldenResult) {
	g.Files[r.State]++
	for _, d := range r.Differences {
		g.Fields[cmp.Or(d.Field, wholly[r.State])]++
	}
}

// found is how many differences there are.
func (g *goldenResult) found() int { return total(g.Fields) }

// compared is how many files were compared.
func (g *goldenResult) compared() int { return total(g.Files) }

func total[K comparable](counts map[K]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// frequent are the fields that differ, the most frequent first.
func (g *goldenResult) frequent() []string {
	return slices.SortedFunc(maps.Keys(g.Fields), func(a, b string) int {
		return cmp.Or(g.Fields[b]-g.Fields[a], cmp.Compare(a, b))
	})
}
