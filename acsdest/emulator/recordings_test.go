package emulator_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorded is one exchange of a recorded session.
type recorded struct {
	method, url string
	status      int
	body        any
}

// recordings reads the sessions that lie beside the repository.
func recordings(t *testing.T) []recorded {
	t.Helper()
	root := filepath.Join("..", "..", "..", "shared", "recordings", "acs")
	if _, err := os.Stat(root); err != nil {
		t.Skipf("NO RECORDINGS, shapes are not checked: %v", err)
	}
	var all []recorded
	transcribed, _ := filepath.Glob(filepath.Join(root, "transcribed", "*.json"))
	for _, path := range transcribed {
		var file struct {
			Entries []struct {
				Method, URL  string
				Status       int
				ResponseBody any
			}
		}
		readJSON(t, path, &file)
		for _, e := range file.Entries {
			all = append(all, recorded{e.Method, e.URL, e.Status, e.ResponseBody})
		}
	}
	android, _ := filepath.Glob(filepath.Join(root, "android-session-records", "*.json"))
	for _, path := range android {
		var file struct {
			NetworkCallRecords []struct {
				Method, URI string
				Response    map[string]string
			}
		}
		readJSON(t, path, &file)
		for _, e := range file.NetworkCallRecords {
			if e.Response["MS-CV"] == "" {
				continue // a mock
			}
			var body any
			json.Unmarshal([]byte(e.Response["Body"]), &body) // some were cut when recorded
			status := 0
			fmt.Sscan(e.Response["StatusCode"], &status)
			all = append(all, recorded{e.Method, e.URI, status, body})
		}
	}
	return all
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// operationOf is a call without what differs from one to the next.
func operationOf(method, url string) string {
	path, _, _ := strings.Cut(url[strings.Index(url, "://")+3:], "?")
	_, path, _ = strings.Cut(path, "/")
	parts := strings.Split(path, "/")
	for i := range parts {
		switch {
		case i == 2 && parts[0] == "chat", i == 1 && parts[0] == "identities":
			parts[i] = "{id}"
		case i == 4 && parts[3] == "messages":
			parts[i] = "{id}"
		}
	}
	return method + " /" + strings.Join(parts, "/")
}

// shape collects the paths of keys in v, with the type of what is there.
func shape(v any, at string, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		into[at+" object"] = true
		for k, e := range v {
			if strings.HasSuffix(at, "metadata") {
				k = "*"
			}
			shape(e, at+"."+k, into)
		}
	case []any:
		into[at+" list"] = true
		for _, e := range v {
			shape(e, at+"[]", into)
		}
	default:
		into[fmt.Sprintf("%s %T", at, v)] = true
	}
}

// TestRecordedShapes lives through what the recordings show and checks that no
// answer has a status, or a body a field, that the same operation was never
// recorded with.
func TestRecordedShapes(t *testing.T) {
	want := make(map[string]map[string]bool)
	for _, r := range recordings(t) {
		key := fmt.Sprintf("%s %d", operationOf(r.method, r.url), r.status)
		if want[key] == nil {
			want[key] = make(map[string]bool)
		}
		shape(r.body, "", want[key])
	}
	if len(want) < 20 {
		t.Fatalf("recordings show %d operations with a status; want at least 20", len(want))
	}
	c := client{t, open(t, nil)}
	check := func(method, target, token, body string) answer {
		t.Helper()
		a := c.do(method, target, token, body)
		key := fmt.Sprintf("%s %d", operationOf(method, host+target), a.status)
		if want[key] == nil {
			t.Errorf("%s was never recorded", key)
			return a
		}
		var v any
		json.Unmarshal([]byte(a.raw), &v)
		got := make(map[string]bool)
		shape(v, "", got)
		for path := range got {
			if !want[key][path] {
				t.Errorf("%s answers with %s, which was never recorded", key, path)
			}
		}
		return a
	}
	u, bo := c.user(), c.user()
	check("POST", "/identities", "", `{}`)
	check("POST", "/identities", "", `{"createTokenWithScopes":["chat"]}`)
	check("POST", "/identities", "", `{"createTokenWithScopes":["chat"],"expiresInMinutes":59}`)
	check("POST", "/identities/"+u.id+"/:issueAccessToken", "", `{"scopes":["chat"]}`)
	check("POST", "/identities/"+c.user().id+"/:revokeAccessTokens", "", ``)
	path := "/chat/threads/" + check("POST", "/chat/threads", u.token, `{"topic":"t"}`).text("chatThread.id")
	check("POST", "/chat/threads", u.token, `{"topic":"t","participants":[{"communicationIdentifier":{"communicationUser":{"id":"8:acs:invalidUserId"}}}]}`)
	check("POST", path+"/participants/:add", u.token, toJSON(t, map[string]any{"participants": []any{participant(bo.id, "Bo")}}))
	id := check("POST", path+"/messages", u.token, `{"content":"x","metadata":{"k":"v"}}`).text("id")
	check("PATCH", path+"/messages/"+id, u.token, `{"content":"y"}`)
	check("GET", path+"/messages/"+id, u.token, "")
	check("GET", path+"/messages/invalid_chat_message_id", u.token, "")
	deleted := check("POST", path+"/messages", u.token, `{"content":"x","type":"html"}`).text("id")
	check("DELETE", path+"/messages/"+deleted, u.token, "")
	check("POST", path+"/typing", u.token, "")
	c.do("POST", path+"/readReceipts", u.token, `{"chatMessageId":"`+id+`"}`)
	check("GET", path+"/readReceipts", u.token, "")
	check("PATCH", path, u.token, `{"topic":"new","metadata":{"k":"v"}}`)
	check("GET", path, u.token, "")
	check("GET", path+"/participants", u.token, "")
	check("GET", path+"/participants?maxPageSize=1", u.token, "")
	check("POST", path+"/participants/:remove", u.token, `{"communicationUser":{"id":"8:acs:invalidUserId"}}`)
	check("POST", path+"/participants/:remove", u.token, toJSON(t, identifier(bo.id)))
	check("GET", path+"/messages", u.token, "")
	check("GET", path+"/messages?maxPageSize=2", u.token, "")
	check("GET", "/chat/threads?maxPageSize=1", u.token, "")
	check("DELETE", path, u.token, "")
	check("GET", "/chat/threads", u.token, "")
	check("GET", "/chat/threads/19:00000000000000000000000000000000@thread.v2", u.token, "")
	check("DELETE", "/chat/threads/invalid_chat_thread_id", u.token, "")
}
