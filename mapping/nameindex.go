package mapping

import (
	"cmp"
	"slices"
)

// nameIndex tells whom a name belongs to. Rosters are small and kept long, so that it
// is a list in order rather than a map.
type nameIndex[N ~string] []named[N]

type named[N ~string] struct {
	name   N
	person int // index into Roster.people
}

// newNameIndex indexes names. Of equal ones the first counts.
func newNameIndex[N ~string](names []named[N]) nameIndex[N] {
	slices.SortStableFunc(names, func(a, b named[N]) int { return cmp.Compare(a.name, b.name) })
	return slices.CompactFunc(names, func(a, b named[N]) bool { return a.name == b.name })
}

// find returns the index of the person who has a name.
func (x nameIndex[N]) find(name N) (person int, known bool) {
	i, known := slices.BinarySearchFunc(x, name, func(n named[N], name N) int { return cmp.Compare(n.name, name) })
	if !known {
		return 0, false
	}
	return x[i].person, true
}
