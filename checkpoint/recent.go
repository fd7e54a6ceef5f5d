package checkpoint

// recentItems is how many items a recent remembers at the most: more than are begun
// and not done at any time, in some two megabytes of memory.
const recentItems = 1 << 13

// A recent remembers what the items recorded lately count for. Most are recorded again
// soon, first as begun and then as done, and need not be read back for it then. Only
// who has the turn to write may use it; after a write has failed nobody does.
type recent map[place]tally

// A place is where an item stands in the file.
type place struct{ bucket, key string }

// recall is what the item under key counts for; false when that is not known.
func (r recent) recall(bucket, key []byte) (tally, bool) {
	t, known := r[place{string(bucket), string(key)}]
	return t, known
}

// remember notes what the item under key counts for, in the place of any other when
// there are too many.
func (r recent) remember(bucket, key []byte, t tally) {
	if len(r) >= recentItems {
		for other := range r {
			delete(r, other)
			break
		}
	}
	r[place{string(bucket), string(key)}] = t
}

// forget is told that there is no item under key any more.
func (r recent) forget(bucket, key []byte) { delete(r, place{string(bucket), string(key)}) }
