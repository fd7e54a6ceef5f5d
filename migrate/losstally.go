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
	examples []lossExample // in no order; at most maxExamples of each code
}

// lossExample is an item of which something is lost.
type lossExample struct {
	code mapping.LossCode
	item string
}

func (t *lossTally) add(losses []mapping.Loss) {
	for _, l := range losses {
		t.count(l.Code, 1, l.Item)
	}
}

// merge adds another tally.
func (t *lossTally) merge(o lossTally) {
	for code, n := range o.counts {
		t.count(code, n, "")
	}
	for _, e := range o.examples {
		t.exemplify(e)
	}
}

// count counts n losses, with an example if item is not empty.
func (t *lossTally) count(code mapping.LossCode, n int, item string) {
	if t.counts == nil {
		t.counts = make(map[mapping.LossCode]int)
	}
	t.counts[code] += n
	if item != "" {
		t.exemplify(lossExample{code, item})
	}
}

// exemplify keeps e if it is one of the smallest of its code: these are the same
// whatever came first.
func (t *lossTally) exemplify(e lossExample) {
	kept, largest := 0, -1
	for i, other := range t.examples {
		if other.code != e.code {
			continue
		}
		if kept++; largest < 0 || other.item > t.examples[largest].item {
			largest = i
		}
	}
	switch {
	case kept < maxExamples:
		t.examples = append(t.examples, e)
	case e.item < t.examples[largest].item:
		t.examples[largest] = e
	}
}

// examplesOf are the examples of a code, the smallest first.
func (t *lossTally) examplesOf(code mapping.LossCode) (items []string) {
	for _, e := range t.examples {
		if e.code == code {
			items = append(items, e.item)
		}
	}
	slices.Sort(items)
	return items
}
