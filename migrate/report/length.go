package report

// Bucket counts conversations by how many messages they have. It ends where the
// next one begins; the last one has no end.
type Bucket struct {
	From          int64 `json:"from"` // messages
	Conversations int64 `json:"conversations"`
	Messages      int64 `json:"messages"` // of them together
}

// newLengths are the buckets: none, up to ten, and a power of ten each.
func newLengths() []Bucket {
	return []Bucket{{From: 0}, {From: 1}, {From: 11}, {From: 101}, {From: 1_001}, {From: 10_001}, {From: 100_001}}
}

// countLength counts a conversation of n messages.
func countLength(buckets []Bucket, n int64) {
	i := len(buckets) - 1
	for buckets[i].From > n {
		i--
	}
	buckets[i].Conversations++
	buckets[i].Messages += n
}
