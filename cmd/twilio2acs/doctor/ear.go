// Package doctor listens to hosts, for what their answers say of them beside their
// content.
package doctor

import (
	"net/http"
	"sync"
	"time"
)

// An Ear listens to the answers of a service, for what they say of it beside their
// content: what time it is there, and how busy it is. It is safe for concurrent use.
type Ear struct {
	send func(*http.Request) (*http.Response, error)

	mu   sync.Mutex
	said Heard
}

// NewEar listens to what send is answered: the RoundTrip of an http.RoundTripper,
// or the Do of a transport of azcore's.
func NewEar(send func(*http.Request) (*http.Response, error)) *Ear { return &Ear{send: send} }

// Heard is what answers have said.
type Heard struct {
	Answers    int
	Ahead      time.Duration // how far the service's clock is before ours, less what the way took
	Throttled  int           // answers with 429
	RetryAfter string        // of the last of them
	Concurrent string        // Twilio-Concurrent-Requests of the last answer
	Versions   string        // of the API that ACS has, a list with commas; of the last answer
}

// RoundTrip sends a request. It makes an Ear an http.RoundTripper.
func (e *Ear) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := time.Now()
	resp, err := e.send(r)
	if err == nil {
		e.listen(resp, sent, time.Now())
	}
	return resp, err
}

// Do sends a request. It makes an Ear a transport of azcore's.
func (e *Ear) Do(r *http.Request) (*http.Response, error) { return e.RoundTrip(r) }

func (e *Ear) listen(resp *http.Response, sent, received time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.said.Answers++
	e.said.Concurrent = resp.Header.Get("Twilio-Concurrent-Requests")
	e.said.Versions = resp.Header.Get("api-supported-versions")
	if resp.StatusCode == http.StatusTooManyRequests {
		e.said.Throttled++
		e.said.RetryAfter = resp.Header.Get("Retry-After")
	}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		e.said.Ahead = ahead(at, sent, received)
	}
}

// ahead is how far a clock is before ours that showed at, some time between sent and
// received. It shows whole seconds: what these leave open counts for nothing.
func ahead(at, sent, received time.Time) time.Duration {
	switch {
	case at.Add(time.Second).Before(sent):
		return at.Add(time.Second).Sub(sent)
	case at.After(received):
		return at.Sub(received)
	}
	return 0
}

// Heard is what has been said so far.
func (e *Ear) Heard() Heard {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.said
}
