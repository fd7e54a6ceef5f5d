package killtest_test

import (
	"math/rand/v2"
	"sync"
	"time"
)

// A harm is what becomes of a request on its way.
type harm int

const (
	none harm = iota
	slow
	refused     // answered with 429, not forwarded
	cutBefore   // connection cut, not forwarded
	late        // connection cut, forwarded a little later
	unavailable // carried out, answered with 503
	cutAfter    // carried out, connection cut
	halved      // carried out, connection cut in the middle of the answer
	cutAll      // carried out, every connection cut
	outage      // carried out, every connection cut, and none accepted for a while
	crash       // the server is killed while the request is under way
)

var harmNames = [...]string{"none", "slow", "429", "cut before", "cut, then forwarded", "503 after", "cut after",
	"cut in the answer", "all cut", "outage", "server killed"}

func (h harm) String() string { return harmNames[h] }

// everyHarm but those to the server.
var everyHarm = []harm{slow, slow, refused, cutBefore, late, unavailable, cutAfter, cutAfter, halved, cutAll, outage}

// mischief chooses harms. It is safe for concurrent use.
type mischief struct {
	mu     sync.Mutex
	chance *rand.Rand
	kinds  []harm
	rate   float64 // of requests that are harmed
}

// blow is a harm as it strikes one request.
type blow struct {
	harm  harm
	delay time.Duration // below the longest
	share float64       // of the answer that gets through
}

// strike chooses what becomes of the next request.
func (m *mischief) strike(longest time.Duration) blow {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.kinds) == 0 || m.chance.Float64() >= m.rate {
		return blow{}
	}
	return blow{
		harm:  m.kinds[m.chance.IntN(len(m.kinds))],
		delay: time.Duration(m.chance.Int64N(int64(longest))),
		share: m.chance.Float64(),
	}
}

// end lets everything through from now on.
func (m *mischief) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kinds = nil
}
