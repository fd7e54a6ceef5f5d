package emulator

import (
	"maps"
	"sync"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// counters counts the calls that were carried out.
type counters struct {
	mu    sync.Mutex
	calls map[limits.Operation]int
}

func (n *counters) count(op limits.Operation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.calls == nil {
		n.calls = make(map[limits.Operation]int)
	}
	n.calls[op]++
}

// Stats is what a server has done.
type Stats struct {
	// Calls is how often each operation was carried out since Open. Refused calls
	// are not among them; calls whose answer was lost to a fault are.
	Calls map[limits.Operation]int
	// Writes is how many of those change the service.
	Writes int
	// BillableSends is how many messages were ever sent into this directory: what
	// the service would bill.
	BillableSends int
	// Identities and Threads are how many were ever created in this directory.
	Identities, Threads int
}

// reads are the operations that change nothing.
var reads = map[limits.Operation]bool{
	limits.GetThread: true, limits.ListThreads: true, limits.GetMessage: true, limits.ListMessages: true,
	limits.ListReadReceipts: true, limits.ListParticipants: true, getIdentity: true,
}

// Stats is what the server has done so far.
func (s *Server) Stats() (Stats, error) {
	s.stats.mu.Lock()
	out := Stats{Calls: maps.Clone(s.stats.calls)}
	s.stats.mu.Unlock()
	for op, n := range out.Calls {
		if !reads[op] {
			out.Writes += n
		}
	}
	err := s.state.read(func(t tx) error {
		out.BillableSends = int(t.bucket(bucketMessages).Sequence())
		out.Identities = int(t.bucket(bucketIdentities).Sequence())
		out.Threads = int(t.bucket(bucketThreads).Sequence())
		return nil
	})
	return out, err
}

// observe tells the hook of a call.
func (s *Server) observe(c *call, phase Phase, status int) {
	if s.opts.OnRequest == nil {
		return
	}
	s.opts.OnRequest(Event{
		Phase: phase, Operation: c.operation, User: string(c.user), Thread: string(c.thread), Status: status,
	})
}
