package emulator_test

import (
	"net/http"
	"testing"
)

func TestReadReceipts(t *testing.T) {
	c := client{t, open(t, nil)}
	u1, u2 := c.user(), c.user()
	thread := c.thread("t", u1, u2)
	path := "/chat/threads/" + thread + "/readReceipts"
	first, second := c.send(u1, thread, "1"), c.send(u1, thread, "2")
	read := func(by user, id string) answer {
		return c.do("POST", path, by.token, `{"chatMessageId":"`+id+`"}`)
	}
	if a := read(u2, second).want(t, http.StatusOK); a.raw != "" {
		t.Errorf("receipt answered with %q; want nothing", a.raw)
	}
	read(u2, first).want(t, http.StatusOK) // older: changes nothing
	read(u1, "x").want(t, http.StatusBadRequest)
	read(u1, "1").want(t, http.StatusNotFound)
	c.do("POST", path, u1.token, `{}`).want(t, http.StatusBadRequest)

	a := c.do("GET", path, u1.token, "").want(t, http.StatusOK)
	if n := len(a.list()); n != 1 || a.text("value.0.chatMessageId") != second || a.text("value.0.senderCommunicationIdentifier.rawId") != u2.id {
		t.Errorf("receipts = %s; want one of %s", a.raw, second)
	}
	read(u1, first)
	a = c.do("GET", path+"?maxPageSize=1", u1.token, "")
	want := host + path + "?skip=1&maxPageSize=1&api-version=2021-09-07"
	if got := a.text("nextLink"); got != want {
		t.Errorf("nextLink = %q; want %q", got, want)
	}
}

func TestReceiptsOfLargeThreads(t *testing.T) {
	c := client{t, open(t, nil)}
	var users []user
	for range 20 {
		users = append(users, c.user())
	}
	thread := c.thread("t", users...)
	path := "/chat/threads/" + thread + "/readReceipts"
	id := c.send(users[0], thread, "x")
	body := `{"chatMessageId":"` + id + `"}`
	c.do("POST", path, users[1].token, body).want(t, http.StatusOK)
	if n := len(c.do("GET", path, users[0].token, "").list()); n != 1 {
		t.Errorf("%d receipts with 20 members; want 1", n)
	}
	c.add(users[0], thread, c.user(), "one too many")
	c.do("POST", path, users[2].token, body).want(t, http.StatusOK)
	if a := c.do("GET", path, users[0].token, "").want(t, http.StatusOK); a.raw != `{"value":[]}` {
		t.Errorf("receipts with 21 members = %s; want none", a.raw)
	}
}

func TestTyping(t *testing.T) {
	c := client{t, open(t, nil)}
	u, stranger := c.user(), c.user()
	path := "/chat/threads/" + c.thread("t", u) + "/typing"
	for _, body := range []string{"", `{}`, `{"senderDisplayName":"Ada"}`} {
		if a := c.do("POST", path, u.token, body).want(t, http.StatusOK); a.raw != "" {
			t.Errorf("typing answered with %q; want nothing", a.raw)
		}
	}
	c.do("POST", path, u.token, `{"senderDisplayName":1}`).want(t, http.StatusBadRequest)
	c.do("POST", path, stranger.token, "").want(t, http.StatusForbidden)
}
