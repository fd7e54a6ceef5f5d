package metrics

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// waitBuckets reach from no wait at all to the longest published window.
var waitBuckets = []float64{0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300}

// acsMetrics are those of the calls to ACS: what they are, how long the published
// limits hold them back, and how they are answered.
type acsMetrics struct {
	http     httpMetrics
	attempts *prometheus.CounterVec
	waiting  *prometheus.GaugeVec
	waited   *prometheus.HistogramVec
}

func newACSMetrics() acsMetrics {
	return acsMetrics{
		http: newHTTPMetrics("acs"),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "acs", Name: "attempts_total",
			Help: "Attempts of calls, by operation and status code: 429 is one refused for being too many, none is one without an answer.",
		}, []string{"operation", "code"}),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: namespace, Subsystem: "limiter", Name: "waiting", Help: "Calls that the rate limits hold back now, by operation.",
		}, []string{"operation"}),
		waited: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: "limiter", Name: "wait_seconds", Buckets: waitBuckets,
			Help: "How long the rate limits held calls back, by operation.",
		}, []string{"operation"}),
	}
}

func (m acsMetrics) register(r prometheus.Registerer) {
	m.http.register(r)
	r.MustRegister(m.attempts, m.waiting, m.waited)
}

// Gate measures what next does; next may be nil, which
// lets everything through.
func (s *Set) Gate(next acsdest.Gate) acsdest.Gate {
	if s == nil {
		return next
	}
	return &meteredGate{next, s.acs}
}

// A Transporter carries requests to ACS, as azcore wants it.
type Transporter interface {
	Do(*http.Request) (*http.Response, error)
}

// Transport measures what next carries.
func (s *Set) Transport(next Transporter) Transporter {
	if s == nil {
		return next
	}
	return &meteredTransporter{next, s.acs.http}
}

// meteredGate measures how long the gate behind holds calls back, and counts their
// outcomes.
type meteredGate struct {
	next    acsdest.Gate // nil lets everything through
	metrics acsMetrics
}

// Admit lets c through as the gate behind does.
func (g *meteredGate) Admit(ctx context.Context, c limits.Call) error {
	if g.next == nil {
		return ctx.Err()
	}
	over := g.wait(c)
	err := g.next.Admit(ctx, c)
	over()
	return err
}

// Enqueue lets c through as the gate behind does. The time until notBefore counts as
// waiting.
func (g *meteredGate) Enqueue(ctx context.Context, c limits.Call, notBefore time.Time, then func(error)) {
	over := g.wait(c)
	acsdest.Enqueue(ctx, g.next, c, notBefore, func(err error) {
		over()
		then(err)
	})
}

// wait counts a call that waits, until over is called.
func (g *meteredGate) wait(c limits.Call) (over func()) {
	operation := string(c.Operation)
	g.metrics.waiting.WithLabelValues(operation).Inc()
	began := time.Now()
	return func() {
		g.metrics.waiting.WithLabelValues(operation).Dec()
		g.metrics.waited.WithLabelValues(operation).Observe(time.Since(began).Seconds())
	}
}

// Observe counts, and tells the gate behind.
func (g *meteredGate) Observe(c limits.Call, status int, retryAfter time.Duration) {
	g.metrics.attempts.WithLabelValues(string(c.Operation), statusLabel(status)).Inc()
	if g.next != nil {
		g.next.Observe(c, status, retryAfter)
	}
}

// meteredTransporter measures the requests of a client of azcore.
type meteredTransporter struct {
	next    Transporter
	metrics httpMetrics
}

// Do sends req through the transport behind.
func (t *meteredTransporter) Do(req *http.Request) (*http.Response, error) {
	return t.metrics.exchange(req, t.next.Do)
}
