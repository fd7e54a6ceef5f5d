package mapping

import (
	"hash/fnv"
	"slices"
)

// Creator picks who creates the thread: the first of Creators, or the Keeper when
// there is no member.
func (ro *Roster) Creator(wrote map[PersonKey]bool) PersonKey {
	if creators := ro.Creators(wrote); len(creators) > 0 {
		return creators[0]
	}
	return Keeper
}

// Creators are those who may as well create the thread: of the members who wrote
// something, as far as that is known, or of all; chat users before others. They
// begin with one picked by a hash of the conversation's SID, so that over the
// account creations spread evenly over the people.
func (ro *Roster) Creators(wrote map[PersonKey]bool) []PersonKey {
	var best []PersonKey
	rank := 0
	for _, m := range ro.Members {
		r := 1
		if m.Key.Kind == PersonUser {
			r++
		}
		if wrote[m.Key] {
			r += 2
		}
		switch {
		case r > rank:
			best, rank = append(best[:0], m.Key), r
		case r == rank:
			best = append(best, m.Key)
		}
	}
	if len(best) == 0 {
		return nil
	}
	h := fnv.New32a()
	h.Write([]byte(ro.conversation))
	first := h.Sum32() % uint32(len(best))
	return slices.Concat(best[first:], best[:first])
}
