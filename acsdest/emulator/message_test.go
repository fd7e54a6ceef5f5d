package emulator_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOrderOfChanges repeats the life of a thread that the .NET recordings show.
func TestOrderOfChanges(t *testing.T) {
	c := client{t, open(t, nil)}
	u1, u2, u3, u4, u5 := c.user(), c.user(), c.user(), c.user(), c.user()
	thread := c.thread("Thread async from C# sdk", u1, u2, u3)
	path := "/chat/threads/" + thread
	c.do("PATCH", path, u1.token, `{"topic":"Updated topic - C# sdk"}`).want(t, http.StatusNoContent)

	var ids []string
	for _, s := range []struct {
		by      user
		content string
	}{{u1, "1"}, {u1, "3"}, {u3, "4"}, {u3, "5"}, {u3, "6"}, {u3, "7"}} {
		ids = append(ids, c.send(s.by, thread, s.content))
	}
	c.do("PATCH", path+"/messages/"+ids[0], u1.token, `{"content":"This is message 1 content updated"}`).want(t, http.StatusNoContent)
	edited := c.do("GET", path+"/messages/"+ids[0], u2.token, "").want(t, http.StatusOK)
	if edited.text("sequenceId") != "10" || edited.text("id") != ids[0] || edited.text("editedOn") == "" {
		t.Errorf("edited message = %s; want sequenceId 10, its ID and editedOn", edited.raw)
	}
	c.do("DELETE", path+"/messages/"+ids[0], u1.token, "").want(t, http.StatusNoContent)
	c.do("PATCH", path+"/messages/"+ids[5], u3.token, `{"content":"7 - updated"}`).want(t, http.StatusNoContent)
	add := func(u user, name string) {
		body := toJSON(t, map[string]any{"participants": []any{participant(u.id, name)}})
		got := c.do("POST", path+"/participants/:add", u1.token, body).want(t, http.StatusCreated)
		if got.raw != "{}" {
			t.Errorf("add = %s; want {}", got.raw)
		}
	}
	add(u4, "user4")
	add(u5, "user5")
	c.do("POST", path+"/participants/:remove", u1.token, toJSON(t, identifier(u4.id))).want(t, http.StatusNoContent)

	all := c.messages(u1, thread, "10")
	wantTypes := []string{"participantRemoved", "participantAdded", "participantAdded", "text", "text", "text", "text", "text", "text", "topicUpdated", "topicUpdated", "participantAdded"}
	if diff := cmp.Diff(field(all, "type"), wantTypes); diff != "" {
		t.Errorf("types, got - want +:\n%s", diff)
	}
	wantSequence := []string{"15", "14", "13", "12", "11", "8", "7", "6", "5", "3", "2", "1"}
	if diff := cmp.Diff(field(all, "sequenceId"), wantSequence); diff != "" {
		t.Errorf("sequence IDs, got - want +:\n%s", diff)
	}
	for _, size := range []string{"1", "2", "5", "200"} {
		if diff := cmp.Diff(c.messages(u1, thread, size), all); diff != "" {
			t.Errorf("pages of %s differ:\n%s", size, diff)
		}
	}
	members := c.do("GET", path+"/participants", u1.token, "").want(t, http.StatusOK).list()
	if diff := cmp.Diff(field(members, "displayName"), []string{"user1", "user2", "user3", "user5"}); diff != "" {
		t.Errorf("members, got - want +:\n%s", diff)
	}
	if got := field(members, "shareHistoryTime")[3]; got != "1970-01-01T00:00:00Z" {
		t.Errorf("default shareHistoryTime = %q; want the epoch", got)
	}
}
