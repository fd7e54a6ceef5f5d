package emulator_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// statuses sends n messages, one right after the other.
func (c client) statuses(u user, thread string, n int) []int {
	c.t.Helper()
	var got []int
	for range n {
		got = append(got, c.do("POST", "/chat/threads/"+thread+"/messages", u.token, `{"content":"x"}`).status)
	}
	return got
}

func repeat(status, n int) []int {
	var s []int
	for range n {
		s = append(s, status)
	}
	return s
}

func TestMessageLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{t, open(t, &emulator.Options{Limits: true})}
		u, other := c.user(), c.user()
		thread, second := c.thread("t", u, other), c.thread("t", u, other)
		path := "/chat/threads/" + thread + "/messages/"

		id := c.send(u, thread, "x")
		c.do("PATCH", path+id, u.token, `{"content":"y"}`).want(t, http.StatusNoContent)
		c.do("DELETE", path+id, u.token, "").want(t, http.StatusNoContent)
		if diff := cmp.Diff(c.statuses(other, thread, 7), repeat(http.StatusCreated, 7)); diff != "" {
			t.Errorf("sends beside an edit and a deletion, got - want +:\n%s", diff)
		}
		a := c.do("POST", "/chat/threads/"+thread+"/messages", u.token, `{"content":"x"}`).want(t, http.StatusTooManyRequests)
		if a.raw != `{"error":{"code":"TooManyRequests","message":"Rate limit exceeded."}}` || a.header.Get("Retry-After") != "" {
			t.Errorf("429 = %s with Retry-After %q; want the documented body and no header", a.raw, a.header.Get("Retry-After"))
		}
		c.send(u, second, "the bucket is the thread's")

		// Refused calls count: after nine more of them, the window is full of them.
		time.Sleep(5 * time.Second)
		if diff := cmp.Diff(c.statuses(u, thread, 9), repeat(http.StatusTooManyRequests, 9)); diff != "" {
			t.Errorf("refused calls, got - want +:\n%s", diff)
		}
		time.Sleep(5 * time.Second)
		if got := c.statuses(u, thread, 2); got[0] != http.StatusCreated || got[1] != http.StatusTooManyRequests {
			t.Errorf("10 s after the first burst = %v; want one send and one refusal", got)
		}
		time.Sleep(10 * time.Second)
		// 10 + 1 + 9 + 2 calls in the last minute: 8 more fit.
		want := append(repeat(http.StatusCreated, 8), http.StatusTooManyRequests)
		if diff := cmp.Diff(c.statuses(u, thread, 9), want); diff != "" {
			t.Errorf("up to 30 in a minute, got - want +:\n%s", diff)
		}
	})
}

func TestLimitsSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{t, open(t, &emulator.Options{Limits: true, LimitsSpeed: 100, RetryAfter: true})}
		u := c.user()
		thread := c.thread("t", u)
		c.statuses(u, thread, 10)
		a := c.do("POST", "/chat/threads/"+thread+"/messages", u.token, `{"content":"x"}`).want(t, http.StatusTooManyRequests)
		if got := a.header.Get("Retry-After"); got != "1" { // 100 ms, in whole seconds
			t.Errorf("Retry-After = %q; want 1", got)
		}
		time.Sleep(100 * time.Millisecond)
		c.send(u, thread, "x")
	})
}

func TestOtherLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{t, open(t, &emulator.Options{Limits: true})}
		u, other := c.user(), c.user()
		for range 10 {
			c.thread("t", u)
		}
		c.do("POST", "/chat/threads", u.token, `{"topic":"t"}`).want(t, http.StatusTooManyRequests)
		c.thread("t", other) // the limit is the user's
		for range 998 {      // 2 identities with tokens are there already
			c.do("POST", "/identities", "", `{"createTokenWithScopes":["chat"]}`).want(t, http.StatusCreated)
		}
		c.do("POST", "/identities", "", `{"createTokenWithScopes":["chat"]}`).want(t, http.StatusTooManyRequests)
		c.do("POST", "/identities", "", "").want(t, http.StatusCreated) // without a token: another limit
		time.Sleep(30 * time.Second)
		c.user()
	})
}
