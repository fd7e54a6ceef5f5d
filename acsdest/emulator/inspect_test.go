package emulator_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

func TestStats(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	c.do("POST", "/identities", "", "").want(t, http.StatusCreated)
	thread := c.thread("t", u)
	c.send(u, thread, "x")
	c.messages(u, thread, "10")
	c.do("POST", "/chat/threads/"+thread+"/messages", u.token, `{}`).want(t, http.StatusBadRequest)
	got, err := c.s.Stats()
	if err != nil {
		t.Fatal(err)
	}
	want := emulator.Stats{
		Calls: map[limits.Operation]int{
			limits.CreateUserAndToken: 1, limits.CreateIdentity: 1, limits.CreateThread: 1,
			limits.SendMessage: 1, limits.ListMessages: 1,
		},
		Writes: 4, BillableSends: 1, Identities: 2, Threads: 1,
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("Stats, got - want +:\n%s", diff)
	}
}

func TestOnRequest(t *testing.T) {
	var mu sync.Mutex
	var events []emulator.Event
	c := client{t, open(t, &emulator.Options{OnRequest: func(e emulator.Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e)
	}})}
	u := c.user()
	thread := c.thread("t", u)
	events = nil
	c.send(u, thread, "x")
	c.do("GET", "/chat/threads", "bad token", "")
	c.s.Inject(emulator.Fault{Operation: limits.ListThreads, Drop: true})
	c.try("GET", "/chat/threads", u.token, "")
	want := []emulator.Event{
		{Phase: emulator.Arrived, Operation: limits.SendMessage, User: u.id, Thread: thread},
		{Phase: emulator.Answering, Operation: limits.SendMessage, User: u.id, Thread: thread, Status: http.StatusCreated},
		{Phase: emulator.Answering, Operation: limits.ListThreads, Status: http.StatusUnauthorized},
		{Phase: emulator.Arrived, Operation: limits.ListThreads, User: u.id},
		{Phase: emulator.Answering, Operation: limits.ListThreads, User: u.id},
	}
	if diff := cmp.Diff(events, want); diff != "" {
		t.Errorf("events, got - want +:\n%s", diff)
	}
}

func TestVersions(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	for _, tt := range []struct {
		target, token string
		status        int
	}{
		{"/chat/threads?api-version=2025-03-15", u.token, http.StatusOK},
		{"/chat/threads?api-version=2020-11-01-preview3", u.token, http.StatusOK},
		{"/chat/threads?api-version=", u.token, http.StatusBadRequest},
		{"/chat/threads?api-version=1999-01-01", u.token, http.StatusBadRequest},
		{"/chat/threads?api-version=2023-10-01", u.token, http.StatusBadRequest}, // Identity's alone
	} {
		a := c.do("GET", tt.target, tt.token, "").want(t, tt.status)
		if a.header.Get("api-supported-versions") == "" || a.header.Get("MS-CV") == "" {
			t.Errorf("%s: headers = %v; want api-supported-versions and MS-CV", tt.target, a.header)
		}
	}
	a := c.do("POST", "/identities?api-version=1999-01-01", "", "").want(t, http.StatusBadRequest)
	if a.text("error.code") != "UnsupportedApiVersion" {
		t.Errorf("body = %s; want UnsupportedApiVersion", a.raw)
	}
}
