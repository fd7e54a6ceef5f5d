package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// add adds a member with a display name.
func (c client) add(by user, thread string, who user, name string) answer {
	c.t.Helper()
	body := toJSON(c.t, map[string]any{"participants": []any{participant(who.id, name)}})
	return c.do("POST", "/chat/threads/"+thread+"/participants/:add", by.token, body)
}

func (c client) remove(by user, thread string, who user) answer {
	c.t.Helper()
	return c.do("POST", "/chat/threads/"+thread+"/participants/:remove", by.token, toJSON(c.t, identifier(who.id)))
}

func (c client) members(by user, thread string) []any {
	c.t.Helper()
	return c.do("GET", "/chat/threads/"+thread+"/participants", by.token, "").want(c.t, http.StatusOK).list()
}

func TestAddMemberAgain(t *testing.T) {
	c := client{t, open(t, nil)}
	u1, u2 := c.user(), c.user()
	thread := c.thread("t", u1, u2)
	if a := c.add(u1, thread, u2, "another name").want(t, http.StatusCreated); a.raw != "{}" {
		t.Errorf("add again = %s; want {}", a.raw)
	}
	if diff := cmp.Diff(field(c.members(u1, thread), "displayName"), []string{"user1", "user2"}); diff != "" {
		t.Errorf("display names, got - want +:\n%s", diff)
	}
	if n := len(c.messages(u1, thread, "200")); n != 2 {
		t.Errorf("%d messages; want no new one", n)
	}
	c.remove(u1, thread, u2).want(t, http.StatusNoContent)
	c.add(u1, thread, u2, "another name").want(t, http.StatusCreated)
	if diff := cmp.Diff(field(c.members(u1, thread), "displayName"), []string{"user1", "another name"}); diff != "" {
		t.Errorf("display names after removal, got - want +:\n%s", diff)
	}
}

func TestAddParticipantsRefused(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	path := "/chat/threads/" + c.thread("t", u) + "/participants/:add"
	for _, tt := range []struct{ name, body string }{
		{"no list", `{}`},
		{"malformed user", `{"participants":[{"communicationIdentifier":{"communicationUser":{"id":"8:acs:invalidUserId"}}}]}`},
		{"two identifiers", `{"participants":[{"communicationIdentifier":{"communicationUser":{"id":"` + u.id + `"},"phoneNumber":{"value":"+1"}}}]}`},
		{"unknown raw ID", `{"participants":[{"communicationIdentifier":{"rawId":"Bob"}}]}`},
		{"metadata too large", `{"participants":[{"communicationIdentifier":{"rawId":"` + u.id + `"},"metadata":{"k":"` + strings.Repeat("x", 1024) + `"}}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c.do("POST", path, u.token, tt.body).want(t, http.StatusBadRequest)
		})
	}
	if a := c.do("POST", path, u.token, `{"participants":[]}`).want(t, http.StatusCreated); a.raw != "{}" {
		t.Errorf("adding nobody = %s; want {}", a.raw)
	}
}

// TestThreadCapacity fills a thread to its 250 members, page by page of them.
func TestThreadCapacity(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	thread := c.thread("t", u)
	add := func(n int) answer {
		var ps []any
		for range n {
			ps = append(ps, participant(c.user().id, fmt.Sprint(n)))
		}
		return c.do("POST", "/chat/threads/"+thread+"/participants/:add", u.token, toJSON(t, map[string]any{"participants": ps}))
	}
	add(200).want(t, http.StatusCreated)
	add(50).want(t, http.StatusBadRequest)
	add(49).want(t, http.StatusCreated)
	add(1).want(t, http.StatusBadRequest)
	var names []string
	sizes := []int{}
	for next := "/chat/threads/" + thread + "/participants"; next != ""; {
		a := c.do("GET", next, u.token, "").want(t, http.StatusOK)
		names = append(names, field(a.list(), "displayName")...)
		sizes = append(sizes, len(a.list()))
		next = a.text("nextLink")
	}
	if diff := cmp.Diff(sizes, []int{100, 100, 50}); diff != "" || names[0] != "user1" || names[249] != "49" {
		t.Errorf("pages of %v from %q to %q; want 100, 100, 50 in the order of joining", sizes, names[0], names[249])
	}
	a := c.do("GET", "/chat/threads/"+thread+"/participants?maxPageSize=2&skip=3", u.token, "")
	want := host + "/chat/threads/" + thread + "/participants?skip=5&maxPageSize=2&api-version=2021-09-07"
	if got := a.text("nextLink"); got != want {
		t.Errorf("nextLink = %q; want %q", got, want)
	}
}

func TestParticipantFields(t *testing.T) {
	c := client{t, open(t, &emulator.Options{IdentifierKinds: true})}
	u, member := c.user(), c.user()
	thread := c.thread("t", u)
	c.do("POST", "/chat/threads/"+thread+"/participants/:add", u.token, `{"participants":[{"communicationIdentifier":{"rawId":"`+member.id+`"},
		"displayName":"Bo","shareHistoryTime":"2016-04-13T00:00:00Z","metadata":{"k":"v"}}]}`).want(t, http.StatusCreated)
	got := toJSON(t, c.members(u, thread)[1])
	want := `{"communicationIdentifier":{"communicationUser":{"id":"` + member.id + `"},"kind":"communicationUser","rawId":"` + member.id + `"},` +
		`"displayName":"Bo","metadata":{"k":"v"},"shareHistoryTime":"2016-04-13T00:00:00Z"}`
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("participant, got - want +:\n%s", diff)
	}
}

func TestRemoveParticipant(t *testing.T) {
	c := client{t, open(t, nil)}
	u1, u2, stranger := c.user(), c.user(), c.user()
	thread := c.thread("t", u1, u2)
	c.remove(stranger, thread, u1).want(t, http.StatusForbidden)
	c.remove(u1, thread, stranger).want(t, http.StatusNoContent)
	if n := len(c.messages(u1, thread, "200")); n != 2 {
		t.Errorf("%d messages; want none about someone who was no member", n)
	}
	c.do("POST", "/chat/threads/"+thread+"/participants/:remove", u1.token, `{"communicationUser":{"id":"8:acs:invalidUserId"}}`).want(t, http.StatusBadRequest)
	c.remove(u1, thread, u1).want(t, http.StatusNoContent)
	c.add(u1, thread, stranger, "").want(t, http.StatusForbidden)
	c.remove(u2, thread, u2).want(t, http.StatusNoContent)
	c.add(u2, thread, u1, "").want(t, http.StatusForbidden) // nobody is left
}

// TestHistory checks what members see who joined late, and who left.
func TestHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{t, open(t, nil)}
		u, late, gone := c.user(), c.user(), c.user()
		thread := c.thread("t", u, gone)
		path := "/chat/threads/" + thread
		time.Sleep(10 * time.Second)
		before := c.send(u, thread, "before")
		time.Sleep(10 * time.Second)
		share := time.Now().UTC().Format(time.RFC3339)
		c.do("POST", path+"/participants/:add", u.token, `{"participants":[{"communicationIdentifier":{"rawId":"`+late.id+`"},"shareHistoryTime":"`+share+`"}]}`)
		c.remove(u, thread, gone).want(t, http.StatusNoContent)
		time.Sleep(10 * time.Second)
		after := c.send(u, thread, "after")

		if diff := cmp.Diff(field(c.messages(late, thread, "200"), "type"), []string{"text", "participantRemoved", "participantAdded"}); diff != "" {
			t.Errorf("late member sees, got - want +:\n%s", diff)
		}
		c.do("GET", path+"/messages/"+before, late.token, "").want(t, http.StatusNotFound)
		if diff := cmp.Diff(field(c.messages(gone, thread, "200"), "type"), []string{"participantRemoved", "participantAdded", "text", "topicUpdated", "participantAdded"}); diff != "" {
			t.Errorf("former member sees, got - want +:\n%s", diff)
		}
		c.do("GET", path+"/messages/"+before, gone.token, "").want(t, http.StatusOK)
		c.do("GET", path+"/messages/"+after, gone.token, "").want(t, http.StatusNotFound)
		c.do("GET", path, gone.token, "").want(t, http.StatusOK)
		for _, refused := range []answer{
			c.do("POST", path+"/messages", gone.token, `{"content":"x"}`),
			c.do("POST", path+"/readReceipts", gone.token, `{"chatMessageId":"`+before+`"}`),
			c.do("POST", path+"/typing", gone.token, ``),
			c.do("GET", path+"/participants", gone.token, ``),
			c.do("PATCH", path, gone.token, `{"topic":"x"}`),
			c.do("DELETE", path, gone.token, ``),
		} {
			refused.want(t, http.StatusForbidden)
		}
		if n := len(c.do("GET", "/chat/threads", gone.token, "").list()); n != 1 {
			t.Errorf("former member lists %d threads; want 1", n)
		}
	})
}
