package emulator

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

// A place is where a thread stands among all: by its last activity, then by the
// order of creation.
type place struct {
	at  millis
	num threadNum
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.at, q.at), cmp.Compare(p.num, q.num))
}

func (p place) before(q place) bool { return p.compare(q) < 0 }

// lastPlace comes after all others.
var lastPlace = place{at: math.MaxInt64, num: math.MaxUint64}

func maxPlace(p, q place) place {
	if p.before(q) {
		return q
	}
	return p
}

// maxGathered is how many memberships of a user are looked up one by one to
// order them. Who has more is likely to be found along the order of all threads.
const maxGathered = 2000

// places lists threads of u between above and below, both excluded, the last
// active first.
func (t tx) places(u userID, above, below place, limit int) []place {
	if !above.before(below) {
		return nil
	}
	nums := t.threadsOf(u, maxGathered+1)
	if len(nums) > maxGathered {
		return t.placesAlong(u, above, below, limit)
	}
	var found []place
	for _, n := range nums {
		p := place{at: t.head(n).Received, num: n}
		if above.before(p) && p.before(below) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b place) int { return b.compare(a) })
	return found[:min(limit, len(found))]
}

// placesAlong is places for someone who is in many threads.
func (t tx) placesAlong(u userID, above, below place, limit int) []place {
	var found []place
	memberships := t.bucket(bucketMemberships)
	cursor := t.bucket(bucketActivity).Cursor()
	for key, _ := seekBefore(cursor, activityKey(below.at, below.num)); key != nil && len(found) < limit; key, _ = cursor.Prev() {
		p := place{at: millis(binary.BigEndian.Uint64(key)), num: threadNum(lastUint64(key))}
		if !above.before(p) {
			break
		}
		if memberships.Get(membershipKey(u, p.num)) != nil {
			found = append(found, p)
		}
	}
	return found
}
