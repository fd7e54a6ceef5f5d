package migrate

import (
	"sync"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// creators spreads the creation of threads over people, since each may create only
// 10 in 10 seconds: those who take part in thousands of conversations would hold
// up everything. It is safe for concurrent use; the zero value is ready.
type creators struct {
	mu      sync.Mutex
	threads map[mapping.PersonKey]int // that each has created in this run
}

// pick takes the one of equals who has created least, the first of several.
func (c *creators) pick(equals []mapping.PersonKey) mapping.PersonKey {
	if len(equals) == 0 {
		return mapping.Keeper
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	best := equals[0]
	for _, key := range equals[1:] {
		if c.threads[key] < c.threads[best] {
			best = key
		}
	}
	if c.threads == nil {
		c.threads = make(map[mapping.PersonKey]int)
	}
	c.threads[best]++
	return best
}
