package emulator_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
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

func TestSendMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(1234 * time.Millisecond)
		c := client{t, open(t, nil)}
		u := c.user()
		thread := c.thread("t", u)
		a := c.do("POST", "/chat/threads/"+thread+"/messages", u.token,
			`{"content":"<b> & \u2028","senderDisplayName":"Ada","metadata":{"k":"v","empty":""},"createdOn":"2001-01-01T00:00:00Z","attachments":[{}]}`).want(t, http.StatusCreated)
		id := a.text("id")
		if got, want := a.header.Get("Location"), host+"/chat/threads/"+strings.Replace(thread, ":", "%3A", 1)+"/messages/"+id; got != want {
			t.Errorf("Location = %q; want %q", got, want)
		}
		got := c.do("GET", "/chat/threads/"+thread+"/messages/"+id, u.token, "").want(t, http.StatusOK)
		want := `{"id":"` + id + `","type":"text","sequenceId":"3","version":"` + id + `","content":{"message":"<b> & \u2028"},"senderDisplayName":"Ada",` +
			`"createdOn":"2000-01-01T00:00:01Z","senderCommunicationIdentifier":{"rawId":"` + u.id + `","communicationUser":{"id":"` + u.id + `"}},"metadata":{"empty":"","k":"v"}}`
		if diff := cmp.Diff(got.raw, want); diff != "" {
			t.Errorf("message, got - want +:\n%s", diff)
		}
		list := c.do("GET", "/chat/threads/"+thread+"/messages?api-version=2025-03-15", u.token, "")
		if attachments, ok := list.at("value.0.content.attachments").([]any); !ok || len(attachments) != 0 {
			t.Errorf("message in 2025-03-15 = %s; want an empty list of attachments", list.raw)
		}
	})
}

func TestSendMessageRefused(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	path := "/chat/threads/" + c.thread("t", u) + "/messages"
	content := func(n int) string { return `{"content":"` + strings.Repeat("x", n) + `"}` }
	for _, tt := range []struct {
		name, body string
		status     int
	}{
		{"no content", `{}`, http.StatusBadRequest},
		{"content null", `{"content":null}`, http.StatusBadRequest},
		{"system type", `{"content":"x","type":"topicUpdated"}`, http.StatusBadRequest},
		{"metadata of objects", `{"content":"x","metadata":{"k":{}}}`, http.StatusBadRequest},
		{"empty content", `{"content":""}`, http.StatusCreated},
		{"28 KB of UTF-16", content(14 * 1024), http.StatusCreated},
		{"more than 28 KB", content(14*1024 + 1), http.StatusBadRequest},
		{"28 KB with surrogate pairs", `{"content":"` + strings.Repeat("😀", 7*1024) + `"}`, http.StatusCreated},
		{"more with surrogate pairs", `{"content":"` + strings.Repeat("😀", 7*1024+1) + `"}`, http.StatusBadRequest},
		{"metadata counts", `{"content":"` + strings.Repeat("x", 14*1024-5) + `","metadata":{"abc":"def"}}`, http.StatusBadRequest},
		{"name counts", `{"content":"` + strings.Repeat("x", 14*1024) + `","senderDisplayName":"A"}`, http.StatusBadRequest},
		{"beyond all measure", content(2 << 20), http.StatusRequestEntityTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c.do("POST", path, u.token, tt.body).want(t, tt.status)
		})
	}
	c.do("POST", path, u.token, `{"content":"x"}`, "Content-Type", "text/plain").want(t, http.StatusUnsupportedMediaType)
}

func TestMessageIDs(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	thread := c.thread("t", u)
	path := "/chat/threads/" + thread + "/messages/"
	id := c.send(u, thread, "x")
	c.do("PATCH", path+id, u.token, `{"content":"y"}`).want(t, http.StatusNoContent)
	version := c.do("GET", path+id, u.token, "").text("version")
	for _, tt := range []struct {
		id     string
		status int
	}{
		{"invalid_chat_message_id", http.StatusBadRequest},
		{"-1", http.StatusBadRequest},
		{"0" + id, http.StatusBadRequest},
		{"99999999999999999999", http.StatusBadRequest},
		{"1", http.StatusNotFound},
		{version, http.StatusNotFound}, // a version is no ID
	} {
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			body := ""
			if method == "PATCH" {
				body = `{"content":"z"}`
			}
			a := c.do(method, path+tt.id, u.token, body).want(t, tt.status)
			want := "Value for MessageId (" + tt.id + ") is not valid."
			if got := a.text("CommunicationError.Message"); tt.status == http.StatusBadRequest && got != want {
				t.Errorf("%s %s: message = %q; want %q", method, tt.id, got, want)
			}
		}
	}
}

func TestEditAndDelete(t *testing.T) {
	c := client{t, open(t, nil)}
	u, other := c.user(), c.user()
	thread := c.thread("t", u, other)
	path := "/chat/threads/" + thread + "/messages/"
	id := c.do("POST", "/chat/threads/"+thread+"/messages", u.token,
		`{"content":"x","senderDisplayName":"Ada","metadata":{"tags":"t","keep":"k","change":"1","sent":""}}`).text("id")

	c.do("PATCH", path+id, u.token, `{"metadata":{"tags":"","change":"2"}}`).want(t, http.StatusNoContent)
	a := c.do("GET", path+id, other.token, "")
	if diff := cmp.Diff(a.at("metadata"), any(map[string]any{"keep": "k", "change": "2", "sent": ""})); diff != "" {
		t.Errorf("merged metadata, got - want +:\n%s", diff)
	}
	if a.text("content.message") != "x" || a.text("editedOn") == "" || a.text("sequenceId") != "4" {
		t.Errorf("edited = %s; want its content, editedOn and sequenceId 4", a.raw)
	}
	c.do("PATCH", path+id, u.token, `{}`).want(t, http.StatusNoContent)
	if got := c.do("GET", path+id, u.token, ""); got.raw != a.raw {
		t.Errorf("after an empty patch = %s; want %s", got.raw, a.raw)
	}

	c.do("PATCH", path+id, other.token, `{"content":"mine"}`).want(t, http.StatusForbidden)
	c.do("DELETE", path+id, other.token, "").want(t, http.StatusForbidden)
	first := c.messages(u, thread, "200")[2].(map[string]any)["id"].(string)
	c.do("DELETE", path+first, u.token, "").want(t, http.StatusForbidden) // a system message

	c.do("DELETE", path+id, u.token, "").want(t, http.StatusNoContent)
	a = c.do("GET", path+id, other.token, "").want(t, http.StatusOK)
	if a.text("content.message") != "" || a.text("deletedOn") == "" || a.at("editedOn") != nil || a.text("senderDisplayName") != "Ada" || a.text("id") != id {
		t.Errorf("tombstone = %s; want ID and sender, deletedOn, no content and no editedOn", a.raw)
	}
	c.do("DELETE", path+id, u.token, "").want(t, http.StatusNoContent)
	if got := c.do("GET", path+id, other.token, ""); got.raw != a.raw {
		t.Errorf("deleted twice = %s; want %s", got.raw, a.raw)
	}
	c.do("PATCH", path+id, u.token, `{"content":"back"}`).want(t, http.StatusNotFound)
}

// TestIDsUnderConcurrency checks that IDs are unique and increase with the
// sequence, however many messages arrive in a millisecond.
func TestIDsUnderConcurrency(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	thread := c.thread("t", u)
	var g sync.WaitGroup
	for range 300 {
		g.Go(func() { c.send(u, thread, "x") })
	}
	g.Wait()
	all := c.messages(u, thread, "200")
	if len(all) != 302 {
		t.Fatalf("%d messages; want 302", len(all))
	}
	ids, sequence := field(all, "id"), field(all, "sequenceId")
	for i := range all {
		if i > 0 && ids[i] >= ids[i-1] {
			t.Fatalf("ID %s after %s; want newest first", ids[i], ids[i-1])
		}
		if want := fmt.Sprint(302 - i); sequence[i] != want {
			t.Fatalf("sequenceId %s; want %s", sequence[i], want)
		}
	}
}

func TestListMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{t, open(t, nil)}
		u := c.user()
		thread := c.thread("t", u)
		path := "/chat/threads/" + thread + "/messages"
		var ids []string
		for range 12 {
			time.Sleep(time.Second)
			ids = append(ids, c.send(u, thread, "x"))
		}
		a := c.do("GET", path, u.token, "").want(t, http.StatusOK)
		form := `^` + host + regexp.QuoteMeta(path) + `\?syncState=[0-9a-f]{158}&startTime=1%2F1%2F1970%2012%3A00%3A00%20AM%20%2B00%3A00&maxPageSize=10&api-version=2021-09-07$`
		if len(a.list()) != 10 || !regexp.MustCompile(form).MatchString(a.text("nextLink")) {
			t.Errorf("first page has %d messages and nextLink %q; want 10 and the recorded form", len(a.list()), a.text("nextLink"))
		}
		// An old message that changes comes to the top, and later pages miss it.
		c.do("PATCH", path+"/"+ids[0], u.token, `{"content":"y"}`).want(t, http.StatusNoContent)
		second := c.do("GET", a.text("nextLink"), u.token, "").want(t, http.StatusOK)
		if got := field(second.list(), "sequenceId"); !slices.Equal(got, []string{"4", "2", "1"}) {
			t.Errorf("second page has %q; want 4, 2 and 1", got)
		}
		// startTime counts changes, not arrivals.
		since := time.Now().Add(-1500 * time.Millisecond).UTC().Format("2006-01-02T15:04:05.000Z")
		recent := c.do("GET", path+"?startTime="+since, u.token, "").want(t, http.StatusOK)
		if diff := cmp.Diff(field(recent.list(), "id"), []string{ids[0], ids[11], ids[10]}); diff != "" {
			t.Errorf("messages since %s, got - want +:\n%s", since, diff)
		}
		paged := c.pages(path+"?maxPageSize=1&startTime="+since, u)
		if diff := cmp.Diff(field(paged, "id"), []string{ids[0], ids[11], ids[10]}); diff != "" {
			t.Errorf("messages since %s over pages, got - want +:\n%s", since, diff)
		}
		other := c.thread("other", u)
		foreign := strings.Replace(a.text("nextLink"), thread, other, 1)
		c.do("GET", foreign, u.token, "").want(t, http.StatusBadRequest)
	})
}

func TestPageSize(t *testing.T) {
	c := client{t, open(t, &emulator.Options{PageSize: 6})}
	u := c.user()
	thread := c.thread("t", u)
	var g sync.WaitGroup
	for range 205 {
		g.Go(func() { c.send(u, thread, "x") })
	}
	g.Wait()
	for query, want := range map[string]int{"": 6, "?maxPageSize=200": 200, "?maxPageSize=1000": 200, "?maxPageSize=7": 7} {
		if got := len(c.do("GET", "/chat/threads/"+thread+"/messages"+query, u.token, "").list()); got != want {
			t.Errorf("page %q has %d messages; want %d", query, got, want)
		}
	}
}

func TestListDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{t, open(t, &emulator.Options{ListDelay: 2 * time.Second})}
		u := c.user()
		thread := c.thread("t", u)
		time.Sleep(time.Minute)
		id := c.send(u, thread, "x")
		if got := len(c.messages(u, thread, "10")); got != 2 {
			t.Errorf("%d messages at once; want 2", got)
		}
		c.do("GET", "/chat/threads/"+thread+"/messages/"+id, u.token, "").want(t, http.StatusOK)
		time.Sleep(2 * time.Second)
		if got := len(c.messages(u, thread, "10")); got != 3 {
			t.Errorf("%d messages after the delay; want 3", got)
		}
	})
}

func TestHTMLMessages(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	thread := c.thread("t", u)
	path := "/chat/threads/" + thread + "/messages"
	for in, want := range map[string]string{
		`<div>test</div>`: `<div>test</div>`,
		`a &amp; b < c`:   `a &amp; b < c`,
		`<p onclick="steal()" class="x">hi</p><script>steal()</script>`: `<p class="x">hi</p>`,
		`<a href=" java&#10;script:steal()">x</a>`:                      `<a>x</a>`,
		`<iframe src="//x"><b>in</b></iframe>out<!-- c -->`:             `out`,
		`<SCRIPT>a</SCRIPT ><img src=x OnError=steal()>`:                `<img src="x">`,
		`<script>never closed <b>`:                                      ``,
		`<<!---->script>joined</script>`:                                ``,
	} {
		id := c.do("POST", path, u.token, toJSON(t, map[string]any{"content": in, "type": "html"})).want(t, http.StatusCreated).text("id")
		if got := c.do("GET", path+"/"+id, u.token, "").text("content.message"); got != want {
			t.Errorf("html %q = %q; want %q", in, got, want)
		}
		c.do("PATCH", path+"/"+id, u.token, toJSON(t, map[string]any{"content": in})).want(t, http.StatusNoContent)
		if got := c.do("GET", path+"/"+id, u.token, "").text("content.message"); got != want {
			t.Errorf("edited html %q = %q; want %q", in, got, want)
		}
		text := c.send(u, thread, in)
		if got := c.do("GET", path+"/"+text, u.token, "").text("content.message"); got != in {
			t.Errorf("text %q = %q; want it unchanged", in, got)
		}
	}
}
