package emulator_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// unknown is a well-formed user of the server's resource that was never created.
func unknown(s *emulator.Server) string {
	return "8:acs:" + s.ResourceID() + "_00000000-0000-4000-8000-000000000000"
}

const foreignUser = "8:acs:11111111-1111-1111-1111-111111111111_0000000a-b1cc-8a94-e3c7-593a0d003a89"

func TestCreateThread(t *testing.T) {
	c := client{t, open(t, nil)}
	u1, u2 := c.user(), c.user()
	a := c.do("POST", "/chat/threads", u1.token, `{"topic":"Order 7","metadata":{"k":"v","empty":""},
		"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":30},
		"createdOn":"2001-01-01T00:00:00Z","id":"mine",
		"participants":[{"communicationIdentifier":{"communicationUser":{"id":"`+u2.id+`"}},"displayName":"Bo"}]}`)
	a.want(t, http.StatusCreated)
	id := a.text("chatThread.id")
	if !regexp.MustCompile(`^19:[A-Za-z0-9_-]{43}1@thread\.v2$`).MatchString(id) {
		t.Errorf("thread ID = %q; want the recorded form", id)
	}
	if got, want := a.header.Get("Location"), host+"/chat/threads/"+strings.Replace(id, ":", "%3A", 1); got != want {
		t.Errorf("Location = %q; want %q", got, want)
	}
	got := c.do("GET", "/chat/threads/"+id, u2.token, "").want(t, http.StatusOK)
	createdOn, err := time.Parse(time.RFC3339, got.text("createdOn"))
	if err != nil || time.Since(createdOn) > time.Minute {
		t.Errorf("createdOn = %q; want the moment of creation", got.text("createdOn"))
	}
	if got.text("createdByCommunicationIdentifier.rawId") != u1.id {
		t.Errorf("thread = %s; want it created by %s", got.raw, u1.id)
	}
	if diff := cmp.Diff(got.at("metadata"), any(map[string]any{"k": "v", "empty": ""})); diff != "" {
		t.Errorf("metadata, got - want +:\n%s", diff)
	}
	members := c.do("GET", "/chat/threads/"+id+"/participants", u1.token, "").list()
	if diff := cmp.Diff(field(members, "displayName"), []string{"", "Bo"}); diff != "" {
		t.Errorf("members, creator first, got - want +:\n%s", diff)
	}
	// The path may be escaped or raw.
	escaped := strings.NewReplacer(":", "%3A", "@", "%40").Replace(id)
	c.do("GET", "/chat/threads/"+escaped, u1.token, "").want(t, http.StatusOK)
}

func TestCreateThreadRefused(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	many := func(n int) string {
		var ps []any
		for i := range n {
			ps = append(ps, participant(fmt.Sprintf("8:acs:%s_%08x-0000-4000-8000-000000000000", c.s.ResourceID(), i), ""))
		}
		return toJSON(t, map[string]any{"topic": "t", "participants": ps})
	}
	for _, tt := range []struct{ name, body, wantMessage string }{
		{"no body", ``, "The request body is not valid."},
		{"not JSON", `{"topic":`, "The request body is not valid."},
		{"two values", `{"topic":"t"}{}`, "The request body is not valid."},
		{"no topic", `{}`, "Topic is required."},
		{"null", `null`, "Topic is required."},
		{"empty topic", `{"topic":""}`, "Topic is required."},
		{"metadata of numbers", `{"topic":"t","metadata":{"n":1}}`, "The request body is not valid."},
		{"metadata null", `{"topic":"t","metadata":{"n":null}}`, "Metadata values must be strings."},
		{"metadata too large", `{"topic":"t","metadata":{"k":"` + strings.Repeat("x", 1024) + `"}}`, "The metadata is too large."},
		{"retention of 29 days", `{"topic":"t","retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":29}}`, "The retention policy is not valid."},
		{"retention of another kind", `{"topic":"t","retentionPolicy":{"kind":"weekly"}}`, "The retention policy is not valid."},
		{"malformed user", `{"topic":"t","participants":[{"communicationIdentifier":{"communicationUser":{"id":"8:acs:invalidUserId"}}}]}`, "Identifier format is invalid (8:acs:invalidUserId)."},
		{"no identifier", `{"topic":"t","participants":[{"displayName":"x"}]}`, "Identifier is required."},
		{"malformed shareHistoryTime", `{"topic":"t","participants":[{"communicationIdentifier":{"rawId":"` + u.id + `"},"shareHistoryTime":"soon"}]}`, "The request body is not valid."},
		{"201 participants", many(201), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := c.do("POST", "/chat/threads", u.token, tt.body).want(t, http.StatusBadRequest)
			if a.text("CommunicationError.Code") != "BadRequest" || a.text("CommunicationError.Message") != tt.wantMessage {
				t.Errorf("body = %s; want BadRequest %q", a.raw, tt.wantMessage)
			}
		})
	}
	a := c.do("POST", "/chat/threads", u.token, many(200)).want(t, http.StatusCreated)
	if invalid, _ := a.at("invalidParticipants").([]any); len(invalid) != 200 {
		t.Errorf("%d invalid participants; want 200", len(invalid))
	}
}

func TestInvalidParticipants(t *testing.T) {
	c := client{t, open(t, nil)}
	u, gone := c.user(), c.user()
	c.do("DELETE", "/identities/"+gone.id, "", "").want(t, http.StatusNoContent)
	raw := func(id string) map[string]any {
		return map[string]any{"communicationIdentifier": map[string]any{"rawId": id}}
	}
	teams := map[string]any{"communicationIdentifier": map[string]any{
		"rawId": "8:orgid:1", "microsoftTeamsUser": map[string]any{"userId": "1"}}}
	body := toJSON(t, map[string]any{"topic": "t", "participants": []any{
		participant(unknown(c.s), "a"), participant(foreignUser, "b"), participant(gone.id, "c"), raw("4:+15550100"), teams, raw(u.id),
	}})
	a := c.do("POST", "/chat/threads", u.token, body).want(t, http.StatusCreated)
	invalid, _ := a.at("invalidParticipants").([]any)
	if diff := cmp.Diff(field(invalid, "target"), []string{unknown(c.s), foreignUser, gone.id, "4:+15550100", "8:orgid:1"}); diff != "" {
		t.Errorf("targets, got - want +:\n%s", diff)
	}
	if diff := cmp.Diff(field(invalid, "code"), []string{"404", "403", "404", "403", "403"}); diff != "" {
		t.Errorf("codes, got - want +:\n%s", diff)
	}
	members := c.do("GET", "/chat/threads/"+a.text("chatThread.id")+"/participants", u.token, "").list()
	if len(members) != 1 {
		t.Errorf("%d members; want the creator alone", len(members))
	}
}

func TestRepeatedCreation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{t, open(t, &emulator.Options{KeyLife: time.Hour})}
		u, other := c.user(), c.user()
		create := func(by user, key, topic string) answer {
			return c.do("POST", "/chat/threads", by.token, `{"topic":"`+topic+`"}`, "repeatability-request-id", key).want(t, http.StatusCreated)
		}
		first := create(u, "A936302E", "one")
		time.Sleep(3 * time.Second)
		if diff := cmp.Diff(create(u, "A936302E", "another body").raw, first.raw); diff != "" {
			t.Errorf("the same key again, got - want +:\n%s", diff)
		}
		for _, a := range []answer{create(u, "DC084E7D", "one"), create(other, "A936302E", "one"), create(u, "", "one"), create(u, "", "one")} {
			if a.text("chatThread.id") == first.text("chatThread.id") {
				t.Errorf("created %s; want a new thread", a.raw)
			}
		}
		time.Sleep(2 * time.Hour)
		if a := create(u, "A936302E", "one"); a.text("chatThread.id") == first.text("chatThread.id") {
			t.Error("the key is still known after KeyLife")
		}
	})
}

func TestUpdateThread(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	id := c.thread("old", u)
	path := "/chat/threads/" + id
	patch := func(body string) { c.do("PATCH", path, u.token, body).want(t, http.StatusNoContent) }
	patch(`{"metadata":{"keep":"1","change":"1","drop":"1"}}`)
	patch(`{"metadata":{"change":"2","drop":"","new":"3"}}`)
	patch(`{}`)
	a := c.do("GET", path, u.token, "")
	if diff := cmp.Diff(a.at("metadata"), any(map[string]any{"keep": "1", "change": "2", "new": "3"})); diff != "" {
		t.Errorf("metadata, got - want +:\n%s", diff)
	}
	if n := len(c.messages(u, id, "200")); n != 2 {
		t.Errorf("%d messages after changes of metadata; want the 2 of the creation", n)
	}
	patch(`{"topic":"new"}`)
	if got := c.do("GET", path, u.token, "").text("topic"); got != "new" {
		t.Errorf("topic = %q; want new", got)
	}
	c.do("PATCH", path, u.token, `{"topic":"x"}`, "Content-Type", "application/json").want(t, http.StatusUnsupportedMediaType)
	c.do("PATCH", path, u.token, `{"topic":""}`).want(t, http.StatusBadRequest)
}

func TestMissingThread(t *testing.T) {
	c := client{t, open(t, nil)}
	u, other := c.user(), c.user()
	id := c.thread("t", u)
	const never = "19:00000000000000000000000000000000@thread.v2"
	for _, tt := range []struct {
		name, thread string
		by           user
		status       int
		message      string
	}{
		{"unknown", never, u, http.StatusNotFound, "The specified thread id was not found."},
		{"malformed", "invalid_chat_thread_id", u, http.StatusBadRequest, ""},
		{"of others", id, other, http.StatusForbidden, "The initiator doesn't have the permission to perform the requested operation."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, method := range []string{"GET", "DELETE"} {
				a := c.do(method, "/chat/threads/"+tt.thread, tt.by.token, "").want(t, tt.status)
				if got := a.text("CommunicationError.Message"); got != tt.message {
					t.Errorf("%s: message = %q; want %q", method, got, tt.message)
				}
			}
		})
	}
	hiding := client{t, open(t, &emulator.Options{ForeignThreadStatus: http.StatusNotFound})}
	u, other = hiding.user(), hiding.user()
	hiding.do("GET", "/chat/threads/"+hiding.thread("t", u), other.token, "").want(t, http.StatusNotFound)
}

func TestDeletedThread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{t, open(t, nil)}
		u := c.user()
		kept, deleted := c.thread("kept", u), c.thread("deleted", u)
		c.do("DELETE", "/chat/threads/"+deleted, u.token, "").want(t, http.StatusNoContent)
		for _, path := range []string{"", "/messages", "/participants", "/readReceipts"} {
			c.do("GET", "/chat/threads/"+deleted+path, u.token, "").want(t, http.StatusNotFound)
		}
		c.do("POST", "/chat/threads/"+deleted+"/messages", u.token, `{"content":"x"}`).want(t, http.StatusNotFound)
		list := c.do("GET", "/chat/threads", u.token, "").list()
		if diff := cmp.Diff(field(list, "id"), []string{deleted, kept}); diff != "" {
			t.Errorf("threads, got - want +:\n%s", diff)
		}
		if at := field(list, "deletedOn"); at[0] == "" || at[1] != "" {
			t.Errorf("deletedOn = %q; want it on the first alone", at)
		}

		c.do("PATCH", "/chat/threads/"+kept, u.token, `{"retentionPolicy":{"kind":"threadCreationDate","deleteThreadAfterDays":30}}`).want(t, http.StatusNoContent)
		time.Sleep(31 * 24 * time.Hour)
		u.token = c.do("POST", "/identities/"+u.id+"/:issueAccessToken", "", `{"scopes":["chat"]}`).text("token")
		c.do("GET", "/chat/threads/"+kept, u.token, "").want(t, http.StatusNotFound)
	})
}

// TestListThreads checks order, pages, and what the Android recordings show of
// activity while pages are read: it comes first on the next page.
func TestListThreads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client{t, open(t, nil)}
		u, other := c.user(), c.user()
		ids := make([]string, 6)
		for i := range ids {
			ids[i] = c.thread(fmt.Sprint(i), u, other)
			c.thread("not of u", other)
			time.Sleep(time.Second)
		}
		a := c.do("GET", "/chat/threads?maxPageSize=2", u.token, "").want(t, http.StatusOK)
		if diff := cmp.Diff(field(a.list(), "id"), []string{ids[5], ids[4]}); diff != "" {
			t.Errorf("first page, got - want +:\n%s", diff)
		}
		if !strings.HasPrefix(a.text("nextLink"), host+"/chat/threads?syncState=") || !strings.HasSuffix(a.text("nextLink"), "&maxPageSize=2&api-version=2021-09-07") {
			t.Errorf("nextLink = %q; want the recorded form", a.text("nextLink"))
		}
		c.send(u, ids[1], "awake")
		a = c.do("GET", a.text("nextLink"), u.token, "").want(t, http.StatusOK)
		if diff := cmp.Diff(field(a.list(), "id"), []string{ids[1], ids[3]}); diff != "" {
			t.Errorf("second page, got - want +:\n%s", diff)
		}
		a = c.do("GET", a.text("nextLink"), u.token, "").want(t, http.StatusOK)
		if diff := cmp.Diff(field(a.list(), "id"), []string{ids[2], ids[0]}); diff != "" {
			t.Errorf("third page, got - want +:\n%s", diff)
		}
		if a.text("nextLink") != "" {
			t.Error("the last page has a nextLink")
		}
		since := time.Now().Add(-2500 * time.Millisecond).UTC().Format("2006-01-02T15:04:05.000Z")
		a = c.do("GET", "/chat/threads?startTime="+since, u.token, "").want(t, http.StatusOK)
		if diff := cmp.Diff(field(a.list(), "id"), []string{ids[1], ids[5], ids[4]}); diff != "" {
			t.Errorf("threads since %s, got - want +:\n%s", since, diff)
		}
		paged := c.pages("/chat/threads?maxPageSize=1&startTime="+since, u)
		if diff := cmp.Diff(field(paged, "id"), []string{ids[1], ids[5], ids[4]}); diff != "" {
			t.Errorf("threads since %s over pages, got - want +:\n%s", since, diff)
		}
	})
}

// TestListManyThreads checks that someone in thousands of threads, of which many
// were created in the same millisecond, gets each of them once.
func TestListManyThreads(t *testing.T) {
	c := client{t, open(t, nil)}
	u, other := c.user(), c.user()
	const threads = 2200
	var g errgroup.Group
	g.SetLimit(100)
	for i := range threads {
		if i%3 == 0 {
			g.Go(func() error { return c.create(other) })
		}
		g.Go(func() error { return c.create(u) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	pages := 0
	for next := "/chat/threads"; next != ""; pages++ {
		a := c.do("GET", next, u.token, "").want(t, http.StatusOK)
		for _, id := range field(a.list(), "id") {
			if seen[id] {
				t.Fatalf("thread %s twice", id)
			}
			seen[id] = true
		}
		next = a.text("nextLink")
	}
	if len(seen) != threads || pages != threads/100 {
		t.Errorf("%d threads in %d pages; want %d in %d", len(seen), pages, threads, threads/100)
	}
}

// create creates a thread of one, from any goroutine.
func (c client) create(by user) error {
	a, err := c.try("POST", "/chat/threads", by.token, `{"topic":"t"}`)
	if err == nil && a.status != http.StatusCreated {
		err = fmt.Errorf("create thread: status %d", a.status)
	}
	return err
}

func TestBadQuery(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	path := "/chat/threads/" + c.thread("t", u)
	for _, target := range []string{
		"/chat/threads?maxPageSize=0", "/chat/threads?maxPageSize=-1", "/chat/threads?maxPageSize=x", "/chat/threads?startTime=soon",
		"/chat/threads?syncState=x", "/chat/threads?syncState=e30%3D", path + "/messages?maxPageSize=99999999999",
		path + "/messages?syncState=00", path + "/messages?startTime=1", path + "/participants?skip=-1", path + "/readReceipts?skip=x",
	} {
		a := c.do("GET", target, u.token, "")
		if a.status != http.StatusBadRequest || a.text("CommunicationError.Message") == "" {
			t.Errorf("GET %s = %d %s; want 400 with a message", target, a.status, a.raw)
		}
	}
}

func TestUnknownRoute(t *testing.T) {
	c := client{t, open(t, nil)}
	u := c.user()
	for target, code := range map[string]string{
		"/": "error.code", "/identities/x/:other": "error.code",
		"/chat": "CommunicationError.Code", "/chat/threads/x/y": "CommunicationError.Code",
	} {
		if a := c.do("GET", target, u.token, "").want(t, http.StatusNotFound); a.text(code) != "NotFound" {
			t.Errorf("GET %s = %q; want NotFound as %s", target, a.raw, code)
		}
	}
}
