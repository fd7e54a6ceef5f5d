package emulator_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  emulator.Fault
		status int // 0: the connection is dropped
		done   bool
	}{
		{"drop before", emulator.Fault{Drop: true}, 0, false},
		{"commit, then drop", emulator.Fault{Drop: true, AfterCommit: true}, 0, true},
		{"unavailable before", emulator.Fault{Status: http.StatusServiceUnavailable}, http.StatusServiceUnavailable, false},
		{"unavailable after", emulator.Fault{Status: http.StatusServiceUnavailable, AfterCommit: true}, http.StatusServiceUnavailable, true},
		{"throttled", emulator.Fault{Status: http.StatusTooManyRequests}, http.StatusTooManyRequests, false},
		{"slow", emulator.Fault{Delay: time.Hour}, http.StatusCreated, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := client{t, open(t, nil)}
				u := c.user()
				u.token = c.do("POST", "/identities/"+u.id+"/:issueAccessToken", "", `{"scopes":["chat"]}`).text("token")
				thread := c.thread("t", u)
				tt.fault.Operation = limits.SendMessage
				tt.fault.Times = 1
				c.s.Inject(tt.fault)
				began := time.Now()
				a, err := c.try("POST", "/chat/threads/"+thread+"/messages", u.token, `{"content":"x"}`)
				if a.status != tt.status || (err != nil) != (tt.status == 0) {
					t.Errorf("send = %d, %v; want %d", a.status, err, tt.status)
				}
				if took := time.Since(began); took != tt.fault.Delay {
					t.Errorf("send took %v; want %v", took, tt.fault.Delay)
				}
				if done := len(c.messages(u, thread, "200")) == 3; done != tt.done {
					t.Errorf("message is there: %v; want %v", done, tt.done)
				}
				c.send(u, thread, "struck once only")
			})
		})
	}
}

// TestFaultChoice checks Skip, Times and Probability with its seed.
func TestFaultChoice(t *testing.T) {
	struck := func(opts emulator.Options) (pattern string) {
		c := client{t, open(t, &opts)}
		u := c.user()
		for range 40 {
			mark := "."
			if c.do("GET", "/chat/threads", u.token, "").status != http.StatusOK {
				mark = "x"
			}
			pattern += mark
		}
		return pattern
	}
	fault := emulator.Fault{Operation: limits.ListThreads, Status: http.StatusInternalServerError}
	fault.Skip, fault.Times = 2, 3
	if got := struck(emulator.Options{Faults: []emulator.Fault{fault}}); got[:8] != "..xxx..." {
		t.Errorf("struck %s; want ..xxx...", got)
	}
	fault.Skip, fault.Times, fault.Probability = 0, 0, 0.5
	first := struck(emulator.Options{Faults: []emulator.Fault{fault}, Seed: 7})
	if again := struck(emulator.Options{Faults: []emulator.Fault{fault}, Seed: 7}); again != first {
		t.Errorf("the same seed struck %s, then %s", first, again)
	}
	if other := struck(emulator.Options{Faults: []emulator.Fault{fault}, Seed: 8}); other == first {
		t.Errorf("another seed struck %s too", other)
	}
}

// TestDroppedConnection checks that a drop is one on a real connection too.
func TestDroppedConnection(t *testing.T) {
	s := open(t, &emulator.Options{Faults: []emulator.Fault{{Operation: limits.CreateIdentity, AfterCommit: true, Drop: true, Times: 1}}})
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	hc := httpClient(s)
	defer hc.CloseIdleConnections()
	for i, want := range []bool{false, true} {
		req, _ := http.NewRequest("POST", s.Endpoint()+"/identities?api-version="+identityVersion, nil)
		sign(t, req, s.AccessKey(), nil)
		resp, err := hc.Do(req)
		if got := err == nil; got != want {
			t.Errorf("call %d answered: %v, %v; want %v", i, got, err, want)
		}
		if err == nil {
			resp.Body.Close()
		}
	}
	if stats, err := s.Stats(); err != nil || stats.Identities != 2 {
		t.Errorf("Stats = %+v, %v; want 2 identities", stats, err)
	}
}

func TestEnvelopes(t *testing.T) {
	for envelope, want := range map[emulator.Envelope]string{
		emulator.EnvelopeRecorded:   `{"CommunicationError":{"Code":"NotFound","Message":"The specified thread id was not found.","Details":[]}}`,
		emulator.EnvelopeDocumented: `{"error":{"code":"NotFound","message":"The specified thread id was not found."}}`,
		emulator.EnvelopePascal:     `{"CommunicationError":{"Code":"NotFound","Message":"The specified thread id was not found.","Details":[]}}`,
		emulator.EnvelopeLegacy:     `{"Error":{"Code":"NotFound","Message":"The specified thread id was not found.","Details":[]}}`,
	} {
		c := client{t, open(t, &emulator.Options{Envelope: envelope})}
		a := c.do("GET", "/chat/threads/19:00000000000000000000000000000000@thread.v2", c.user().token, "").want(t, http.StatusNotFound)
		if a.raw != want {
			t.Errorf("envelope %q: body = %s; want %s", envelope, a.raw, want)
		}
	}
}
