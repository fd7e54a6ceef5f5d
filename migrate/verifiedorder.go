package migrate

import (
	"fmt"
	"slices"
	"sort"
)

// compareOrder compares the order in which the messages of the conversation have
// arrived with the one that they should have.
func (t *verified) compareOrder() {
	if slices.IsSorted(t.order) {
		return
	}
	for _, i := range misplaced(t.order) {
		place, _ := t.thread.table.find(t.order[i])
		s := t.thread.table.rows[place]
		if !s.is(isWrong) {
			t.sum.Messages.Unchanged--
			t.sum.Messages.Failed++
		}
		before := "the first place"
		if i > 0 {
			before = fmt.Sprintf("a place after ACS message %d", t.order[i-1])
		}
		t.differ(before, fmt.Sprintf("ACS message %d", s.id), messagePath(t.thread.table.sidOf(s.key), s.part)...)
	}
}

// misplaced are the places of as few of the numbers as have to move for the
// others to ascend: those outside of a longest ascending subsequence.
func misplaced(numbers []int64) []int {
	ends := make([]int, 0, len(numbers)) // ends[k] ends the ascent of length k+1 that ends lowest
	before := make([]int, len(numbers))  // in that ascent; -1 for none
	for i, n := range numbers {
		k := sort.Search(len(ends), func(k int) bool { return numbers[ends[k]] >= n })
		if before[i] = -1; k > 0 {
			before[i] = ends[k-1]
		}
		if k == len(ends) {
			ends = append(ends, i)
		}
		ends[k] = i
	}
	stays := make([]bool, len(numbers))
	for i := ends[len(ends)-1]; i >= 0; i = before[i] {
		stays[i] = true
	}
	var out []int
	for i := range numbers {
		if !stays[i] {
			out = append(out, i)
		}
	}
	return out
}
