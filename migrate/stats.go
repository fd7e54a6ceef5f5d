package migrate

import "sync/atomic"

// Stats is what a run is doing now, for a progress display. The ledger, not
// these numbers, says what has been achieved.
type Stats struct {
	active, finished, messages, bytes atomic.Int64
}

// Moment is a reading of Stats.
type Moment struct {
	Active   int64 // conversations in progress
	Finished int64 // conversations that ended in this run, well or not
	Messages int64 // sent, or found sent, in this run
	Bytes    int64 // of media stored in this run
}

// Stats reads the numbers of a run that is going on.
func (e *Engine) Stats() Moment {
	return Moment{
		Active: e.stats.active.Load(), Finished: e.stats.finished.Load(),
		Messages: e.stats.messages.Load(), Bytes: e.stats.bytes.Load(),
	}
}

func (s *Stats) begin() { s.active.Add(1) }

func (s *Stats) end() {
	s.active.Add(-1)
	s.finished.Add(1)
}
