package mapping

import "hash/fnv"

// Creator picks who creates the thread: of the members who wrote something, as
// far as that is known, or of all; chat users first. The choice among equals is
// by a hash of the conversation's SID, so that over the account creations spread
// evenly over the people. It is the Keeper when there is no member.
func (ro *Roster) Creator(wrote map[PersonKey]bool) PersonKey {
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
		return Keeper
	}
	h := fnv.New32a()
	h.Write([]byte(ro.conversation))
	return best[h.Sum32()%uint32(len(best))]
}
