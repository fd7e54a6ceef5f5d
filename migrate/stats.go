package migrate

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Stats is what a run is doing now, for a progress display. The ledger, not
// these numbers, says what has been achieved.
type Stats struct {
	finished, messages, bytes atomic.Int64

	mu     sync.Mutex
	active map[mapping.ConversationSID]time.Time // since when
}

// Moment is a reading of Stats.
type Moment struct {
	Active   int64 // conversations in progress
	Finished int64 // conversations that ended in this run, well or not
	Messages int64 // sent, or found sent, in this run
	Bytes    int64 // of media stored in this run
	// Slowest is the conversation that has been in progress for longest, and Since
	// when; empty while there is none.
	Slowest mapping.ConversationSID
	Since   time.Time
}

// Stats reads the numbers of a run that is going on.
func (e *Engine) Stats() Moment {
	m := Moment{Finished: e.stats.finished.Load(), Messages: e.stats.messages.Load(), Bytes: e.stats.bytes.Load()}
	e.stats.mu.Lock()
	defer e.stats.mu.Unlock()
	m.Active = int64(len(e.stats.active))
	for c, since := range e.stats.active {
		if m.Slowest == "" || since.Before(m.Since) || since.Equal(m.Since) && c < m.Slowest {
			m.Slowest, m.Since = c, since
		}
	}
	return m
}

func (s *Stats) begin(c mapping.ConversationSID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active == nil {
		s.active = make(map[mapping.ConversationSID]time.Time)
	}
	s.active[c] = time.Now()
}

// end notes that nobody works on c any more, and whether all of it is done.
func (s *Stats) end(c mapping.ConversationSID, finished bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.active, c)
	if finished {
		s.finished.Add(1)
	}
}
