package migrate

import (
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// chain is how long n messages of one thread take at least: as many as the limit
// of a minute allows go a second apart, then the minute has to pass.
func chain(n int64) time.Duration {
	if n <= 1 {
		return 0
	}
	perMinute, minute := slowest(limits.SendMessage, limits.PerThread)
	return time.Duration((n-1)/perMinute)*minute + time.Duration((n-1)%perMinute)*time.Second
}

// creationEvery is how far apart threads can be created in the long run.
func creationEvery() time.Duration {
	count, window := slowest(limits.CreateThread, limits.PerResource)
	return window / time.Duration(count)
}

// slowest is the row of op within scope that allows least in the long run.
func slowest(op limits.Operation, scope limits.Scope) (count int64, window time.Duration) {
	for row := range limits.For(op) {
		if row.Scope == scope && (count == 0 || int64(row.Count)*int64(window) < count*int64(row.Window)) {
			count, window = int64(row.Count), row.Window
		}
	}
	return count, window
}
