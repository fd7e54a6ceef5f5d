package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzRequests sends any body to every endpoint that reads one: the answer must
// be no fault of the server, and JSON.
func FuzzRequests(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `{"topic":"t","metadata":{"k":null}}`, `{"content":"x","type":"html","metadata":{"k":"v"}}`,
		`{"participants":[{"communicationIdentifier":{"rawId":"4:+1","phoneNumber":{}},"shareHistoryTime":"2016-04-13T00:00:00Z"}]}`,
		`{"communicationUser":{"id":"8:acs:_"}}`, `{"chatMessageId":"1"}`, `{"createTokenWithScopes":["chat"],"expiresInMinutes":60}`,
		`{"retentionPolicy":{"kind":"none"}}`, `{"scopes":["voip"]}`, "{\"content\":\"\xff\",\"type\":\"html\"}", `{"content":"<a href=\"javascript:x\">"}`,
	} {
		f.Add(body)
	}
	s := open(f, nil)
	setup := client{f, s}
	u := setup.user()
	thread := setup.thread("t", u)
	path := "/chat/threads/" + thread
	targets := []struct{ method, path, token string }{
		{"POST", "/chat/threads", u.token},
		{"PATCH", path, u.token},
		{"POST", path + "/participants/:add", u.token},
		{"POST", path + "/messages", u.token},
		{"PATCH", path + "/messages/" + setup.send(u, thread, "x"), u.token},
		{"POST", path + "/readReceipts", u.token},
		{"POST", path + "/typing", u.token},
		{"POST", "/identities", ""},
		{"POST", "/identities/" + u.id + "/:issueAccessToken", ""},
	}
	f.Fuzz(func(t *testing.T, body string) {
		c := client{t, s}
		for _, target := range targets {
			a := c.do(target.method, target.path, target.token, body)
			checkAnswer(t, target.method+" "+target.path, a)
		}
		other := c.thread("t", u) // so that a removal of u does not end the test
		checkAnswer(t, "remove", c.do("POST", "/chat/threads/"+other+"/participants/:remove", u.token, body))
	})
}

// FuzzPaths sends any path and query.
func FuzzPaths(f *testing.F) {
	for _, seed := range [][2]string{
		{"19:x@thread.v2/messages", "syncState=3e01000000&startTime=1/1/1970 12:00:00 AM +00:00"},
		{"19%3Ax%40thread.v2", "maxPageSize=9999999999"}, {"x/participants/:add", "skip=-1"},
		{"%zz", "%zz"}, {"../..", ""}, {"", "syncState=W10="}, {"19:x@thread.v2/messages/%00", "startTime=0001-01-01T00:00:00Z"},
	} {
		f.Add(seed[0], seed[1])
	}
	s := open(f, nil)
	u := client{f, s}.user()
	thread := client{f, s}.thread("t", u)
	f.Fuzz(func(t *testing.T, path, query string) {
		c := client{t, s}
		for _, target := range []string{"/chat/threads/" + path, "/chat/threads/" + thread + "/" + path, "/chat/threads", "/chat/threads/" + thread + "/messages", "/identities/" + path} {
			target += "?" + query + "&api-version=" + chatVersion
			if _, err := url.Parse(host + target); err != nil || strings.Contains(target, "#") {
				continue
			}
			checkAnswer(t, target, c.do("GET", target, u.token, ""))
		}
	})
}

// FuzzHTML sends any HTML: what comes back must pass the sanitiser unchanged.
func FuzzHTML(f *testing.F) {
	for _, seed := range []string{`<div>test</div>`, `<<!---->script>x</script>`, `<scr<script></script>ipt>`, `<a href="javascript:x" onclick=y>`, `<textarea><script>`, `<p title='`} {
		f.Add(seed)
	}
	s := open(f, nil)
	setup := client{f, s}
	u := setup.user()
	path := "/chat/threads/" + setup.thread("t", u) + "/messages"
	f.Fuzz(func(t *testing.T, html string) {
		c := client{t, s}
		clean := func(html string) (string, bool) {
			a := c.do("POST", path, u.token, toJSON(t, map[string]any{"content": html, "type": "html"}))
			checkAnswer(t, "send", a)
			if a.status != http.StatusCreated {
				return "", false // too large
			}
			return c.do("GET", path+"/"+a.text("id"), u.token, "").text("content.message"), true
		}
		once, sent := clean(html)
		if !sent {
			return
		}
		if twice, sent := clean(once); sent && twice != once {
			t.Errorf("%q becomes %q, then %q", html, once, twice)
		}
	})
}

func checkAnswer(t *testing.T, what string, a answer) {
	t.Helper()
	if a.status >= http.StatusInternalServerError {
		t.Fatalf("%s = %d %s; want no fault of the server", what, a.status, a.raw)
	}
	if a.status >= http.StatusBadRequest && a.raw != "" && !json.Valid([]byte(a.raw)) {
		t.Fatalf("%s = %d %q; want JSON", what, a.status, a.raw)
	}
}
