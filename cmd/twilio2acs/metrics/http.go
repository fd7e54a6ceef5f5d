package metrics

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// durationBuckets reach from a server on the same machine to the time after which
// a request is given up.
var durationBuckets = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// httpMetrics are those of the requests to one service.
type httpMetrics struct {
	inFlight       prometheus.Gauge
	took           *prometheus.HistogramVec
	sent, received prometheus.Counter
}

func newHTTPMetrics(service string) httpMetrics {
	return httpMetrics{
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Subsystem: service, Name: "requests_in_flight", Help: "Requests without an answer yet.",
		}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: service, Name: "request_duration_seconds", Buckets: durationBuckets,
			Help: "How long the answers to requests took, by status code; none where no answer came.",
		}, []string{"code"}),
		sent: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: service, Name: "sent_bytes_total", Help: "Bytes of the bodies of requests.",
		}),
		received: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: service, Name: "received_bytes_total", Help: "Bytes of the bodies of answers.",
		}),
	}
}

func (m httpMetrics) register(r prometheus.Registerer) {
	r.MustRegister(m.inFlight, m.took, m.sent, m.received)
}

// exchange makes a request by do and measures it.
func (m httpMetrics) exchange(req *http.Request, do func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	m.inFlight.Inc()
	defer m.inFlight.Dec()
	m.sent.Add(float64(max(0, req.ContentLength)))
	began := time.Now()
	resp, err := do(req)
	if err != nil {
		m.took.WithLabelValues(statusLabel(0)).Observe(time.Since(began).Seconds())
		return resp, err
	}
	m.took.WithLabelValues(statusLabel(resp.StatusCode)).Observe(time.Since(began).Seconds())
	resp.Body = &countedBody{resp.Body, m.received}
	return resp, nil
}

// statusLabel is the label of a status code. What is no code of HTTP is one label.
func statusLabel(status int) string {
	if status < 100 || status > 599 {
		return "none"
	}
	return strconv.Itoa(status)
}

// countedBody counts what is read of the body of an answer.
type countedBody struct {
	io.ReadCloser
	bytes prometheus.Counter
}

// Read reads on, and counts.
func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes.Add(float64(n))
	return n, err
}

// RoundTripper measures what next carries to Twilio.
func (s *Set) RoundTripper(next http.RoundTripper) http.RoundTripper {
	if s == nil {
		return next
	}
	return meteredTransport{next, s.twilio}
}

// meteredTransport measures the requests of a client of net/http.
type meteredTransport struct {
	next    http.RoundTripper
	metrics httpMetrics
}

// RoundTrip sends req through the transport behind.
func (t meteredTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	return t.metrics.exchange(req, t.next.RoundTrip)
}
