package fixtureserver_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// requestLog keeps the requests that a server has answered.
type requestLog struct {
	mu       sync.Mutex
	requests []fixtureserver.Request
}

func (l *requestLog) add(r fixtureserver.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = append(l.requests, r)
}

func (l *requestLog) all() []fixtureserver.Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.requests
}

func TestMisbehaviour(t *testing.T) {
	secret := http.Header{"Authorization": {"Basic c2VjcmV0"}}
	for _, tt := range []struct {
		host           fixtureserver.Host
		method, target string
		header         http.Header
		proper         bool
	}{
		{"rest", "GET", "/v1/Services", secret, true},
		{"rest", "GET", "/v1/Services?PageSize=50&PageToken=PTeyJ9%3D", secret, true},
		{"rest", "GET", "/v1/Conversations?StartDate=2020-01-01T00%3A00%3A00Z&State=closed", secret, true},
		{"mcs", "GET", "/v1/Services/IS1/Media/ME1", secret, true},
		{"media", "GET", "/ME1?Expires=1&Signature=a~b&Key-Pair-Id=K", nil, true},
		{"rest", "POST", "/v1/Services", secret, false},
		{"mcs", "DELETE", "/v1/Services/IS1/Media/ME1", secret, false},
		{"rest", "HEAD", "/v1/Services", secret, false},
		{"media", "GET", "/ME1?Expires=1", secret, false},
		{"media", "GET", "/ME1?Expires=1", http.Header{"X-Twilio-Token": {"t"}}, false},
		{"rest", "GET", "/v1/Services?", secret, false},
		{"rest", "GET", "/v1/Services?PageSize=", secret, false},
		{"rest", "GET", "/v1/Services?PageSize=1&PageSize=2", secret, false},
		{"rest", "GET", "/v1/Services?PageToken=eyJ9", secret, false},
		{"rest", "GET", "/v1/Services?pagesize=1", secret, false},
		{"rest", "GET", "/v1/Services?Identity=50%zz", secret, false},
	} {
		r := fixtureserver.Request{Host: tt.host, Method: tt.method, Target: tt.target, Header: tt.header}
		if err := r.Misbehaviour(); (err == nil) != tt.proper {
			t.Errorf("%s %s at %s: %v", tt.method, tt.target, tt.host, err)
		}
	}
}
