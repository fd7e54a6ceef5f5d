package migrate

import (
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// Chain is how long n writes of messages to one thread take at least. Two messages
// of a thread are kept a second apart, because clients sort by whole seconds, and
// within the published limit of 30 a minute: of any 31 the last comes at least a
// minute after the first. That makes 60·⌊(n−1)/30⌋ + (n−1) mod 30 seconds.
func Chain(n int64) time.Duration {
	if n <= 1 {
		return 0
	}
	row := limits.Slowest(limits.SendMessage, limits.PerThread)
	count := int64(row.Count)
	return time.Duration((n-1)/count)*row.Window + time.Duration((n-1)%count)*time.Second
}

// creationEvery is how far apart threads can be created in the long run.
func creationEvery() time.Duration {
	row := limits.Slowest(limits.CreateThread, limits.PerResource)
	return row.Window / time.Duration(row.Count)
}
