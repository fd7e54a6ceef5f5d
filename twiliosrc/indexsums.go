package twiliosrc

import (
	"hash/maphash"
	"strconv"
)

// stretchSize is how many indexes one sum is about, as a power of two. About as
// many messages are held back until they are proven.
const stretchSize = 7

func stretchOf(index int64) int64 { return index >> stretchSize }

// stretchSum tells whether two readings of a stretch of indexes are the same
// messages: in whatever order they came, hashes of their SIDs add up.
type stretchSum struct {
	n     int64 // which stretch
	count int64
	sum   uint64
}

var sumSeed = maphash.MakeSeed()

func (s *stretchSum) add(key sidKey) {
	s.count++
	s.sum += maphash.Bytes(sumSeed, key[:])
}

// indexSums is what a reading of a list from its end has shown: a few bytes for
// each stretch, however many messages there are.
type indexSums struct {
	above  int64 // indexes up to this one are not looked at
	top    int64 // the highest index, above if there is none
	lowest int64 // the last one added
	sums   []stretchSum
}

func newIndexSums(above int64) *indexSums {
	return &indexSums{above: above, top: above, lowest: -1}
}

// add takes a message in. It reports false for one that is not looked at, behind
// which there are only such. One that was seen before is left out.
func (s *indexSums) add(text []byte) bool {
	index, key, ok := messageKey(text)
	switch {
	case !ok, s.lowest >= 0 && index >= s.lowest:
		return true
	case index <= s.above:
		return false
	}
	s.top, s.lowest = max(s.top, index), index
	if n := stretchOf(index); len(s.sums) == 0 || s.sums[len(s.sums)-1].n != n {
		s.sums = append(s.sums, stretchSum{n: n})
	}
	s.sums[len(s.sums)-1].add(key)
	return true
}

// take forgets the stretches before n and reports whether got is all of them.
func (s *indexSums) take(n int64, got stretchSum) bool {
	var want []stretchSum
	for len(s.sums) > 0 && s.sums[len(s.sums)-1].n < n {
		want = append(want, s.sums[len(s.sums)-1])
		s.sums = s.sums[:len(s.sums)-1]
	}
	if got.count == 0 {
		return len(want) == 0
	}
	return len(want) == 1 && want[0] == got
}

// messageKey is what identifies a message in a list.
func messageKey(text []byte) (index int64, key sidKey, ok bool) {
	index, err := strconv.ParseInt(string(field(text, "index")), 10, 64)
	key, ok = newSIDKey(prefixMessage, string(stringField(text, "sid")))
	return index, key, ok && err == nil && index >= 0
}
