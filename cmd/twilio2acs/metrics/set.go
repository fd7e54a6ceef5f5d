package metrics

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Set is the metrics of one process. All methods may be called on nil, and do
// nothing then: nobody watches.
type Set struct {
	registry *prometheus.Registry
	acs      acsMetrics
	twilio   httpMetrics

	mu     sync.Mutex
	ledger Ledger         // nil before it is open
	total  int64          // messages of the source; negative if nobody knows
	engine Engine         // of the latest round; nil before the first
	before migrate.Moment // what earlier rounds came to
}

// An Engine carries conversations over, and tells how far it has come.
type Engine interface {
	Stats() migrate.Moment
	SoFar() *migrate.Report
}

// A Ledger counts what was carried in all runs.
type Ledger interface {
	Counts() (mapping.Counts, error)
}

// New returns metrics that have measured nothing yet, beside those of the process
// and of Go.
func New() *Set {
	s := &Set{registry: prometheus.NewRegistry(), acs: newACSMetrics(), twilio: newHTTPMetrics("twilio"), total: -1}
	s.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), runCollector{s})
	s.acs.register(s.registry)
	s.twilio.register(s.registry)
	return s
}

// Of says whose ledger and source these are. Total is how many messages the source
// holds, negative where only Twilio knows.
func (s *Set) Of(ledger Ledger, total int64) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger, s.total = ledger, total
}

// Enter goes on with the engine of another round. What the one before came to still
// counts: a counter never falls.
func (s *Set) Enter(engine Engine) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = s.done()
	s.engine = engine
}

// done is what all rounds came to so far. The caller holds s.mu.
func (s *Set) done() migrate.Moment {
	if s.engine == nil {
		return s.before
	}
	now := s.engine.Stats()
	now.Finished += s.before.Finished
	now.Messages += s.before.Messages
	now.Bytes += s.before.Bytes
	return now
}
