package migrate

import (
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// maxExamples is how many items a report names for each kind of loss.
const maxExamples = 3

// lossTally counts losses by code, with examples of each.
type lossTally struct {
	counts   map[mapping.LossCode]int
	examples map[mapping.LossCode][]string
}

func (t *lossTally) add(losses []mapping.Loss) {
	for _, l := range losses {
		var example []string
		if l.Item != "" {
			example = []string{l.Item}
		}
		t.count(l.Code, 1, example)
	}
}

// merge adds another tally.
func (t *lossTally) merge(o lossTally) {
	for code, n := range o.counts {
		t.count(code, n, o.examples[code])
	}
}

func (t *lossTally) count(code mapping.LossCode, n int, examples []string) {
	if t.counts == nil {
		t.counts = make(map[mapping.LossCode]int)
	}
	if t.examples == nil {
		t.examples = make(map[mapping.LossCode][]string)
	}
	t.counts[code] += n
	all := append(t.examples[code], examples...)
	slices.Sort(all) // the smallest are the same whatever came first
	t.examples[code] = all[:min(maxExamples, len(all))]
}
