package emulator_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

const (
	chatVersion     = "2021-09-07" // that of most recordings
	identityVersion = "2023-10-01"
	host            = "https://acs.example"
)

// open opens a server in a new directory that lives as long as the test.
func open(t testing.TB, opts *emulator.Options) *emulator.Server {
	t.Helper()
	return openIn(t, t.TempDir(), opts)
}

func openIn(t testing.TB, dir string, opts *emulator.Options) *emulator.Server {
	t.Helper()
	s, err := emulator.Open(dir, opts)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// client sends plain requests to a server without a network.
type client struct {
	t testing.TB
	s *emulator.Server
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    string
}

// at is the value at a path of the body such as "value.0.id"; nil when absent.
func (a answer) at(path string) any {
	var v any
	if json.Unmarshal([]byte(a.raw), &v) != nil {
		return nil
	}
	for _, part := range strings.Split(path, ".") {
		switch node := v.(type) {
		case map[string]any:
			v = node[part]
		case []any:
			v = nil
			for i := range node {
				if part == string(rune('0'+i)) {
					v = node[i]
				}
			}
		default:
			return nil
		}
	}
	return v
}

func (a answer) text(path string) string {
	s, _ := a.at(path).(string)
	return s
}

func (a answer) list() []any {
	v, _ := a.at("value").([]any)
	return v
}

// do sends one request. A path without a query gets the api-version.
func (c client) do(method, target, token, body string, header ...string) answer {
	c.t.Helper()
	a, err := c.try(method, target, token, body, header...)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, target, err)
	}
	return a
}

func (c client) try(method, target, token, body string, header ...string) (answer, error) {
	c.t.Helper()
	if strings.HasPrefix(target, "/") {
		target = host + target
	}
	if !strings.Contains(target, "api-version=") {
		sep := "?"
		if strings.Contains(target, "?") {
			sep = "&"
		}
		version := chatVersion
		if isIdentity(target) {
			version = identityVersion
		}
		target += sep + "api-version=" + version
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
		if method == http.MethodPatch {
			req.Header.Set("Content-Type", "application/merge-patch+json")
		}
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	} else if isIdentity(target) {
		sign(c.t, req, c.s.AccessKey(), []byte(body))
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.s.Transport().RoundTrip(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{status: resp.StatusCode, header: resp.Header, raw: string(data)}, err
}

func isIdentity(target string) bool {
	return strings.Contains(target, "/identities") || strings.Contains(target, "/teamsUser")
}

// sign signs a request to Identity as the documents describe.
func sign(t testing.TB, req *http.Request, accessKey string, body []byte) {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(accessKey)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	hash := base64.StdEncoding.EncodeToString(sum[:])
	date := time.Now().UTC().Format(http.TimeFormat)
	mac := hmac.New(sha256.New, key)
	io.WriteString(mac, req.Method+"\n"+req.URL.RequestURI()+"\n"+date+";"+req.URL.Host+";"+hash)
	req.Header.Set("x-ms-date", date)
	req.Header.Set("x-ms-content-sha256", hash)
	req.Header.Set("Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+
		base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// want fails the test unless the answer has the status, and returns it.
func (a answer) want(t testing.TB, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status = %d %s; want %d", a.status, a.raw, status)
	}
	return a
}

// user is a communication user with a token.
type user struct{ id, token string }

func (c client) user(scopes ...string) user {
	c.t.Helper()
	if len(scopes) == 0 {
		scopes = []string{"chat"}
	}
	body := `{"createTokenWithScopes":` + toJSON(c.t, scopes) + `}`
	a := c.do("POST", "/identities", "", body).want(c.t, http.StatusCreated)
	return user{a.text("identity.id"), a.text("accessToken.token")}
}

// thread creates a thread of the users, the first being its creator.
func (c client) thread(topic string, users ...user) string {
	c.t.Helper()
	var members []map[string]any
	for i, u := range users {
		members = append(members, participant(u.id, "user"+string(rune('1'+i))))
	}
	body := toJSON(c.t, map[string]any{"topic": topic, "participants": members})
	return c.do("POST", "/chat/threads", users[0].token, body).want(c.t, http.StatusCreated).text("chatThread.id")
}

func participant(id, name string) map[string]any {
	return map[string]any{"communicationIdentifier": identifier(id), "displayName": name}
}

func identifier(id string) map[string]any {
	return map[string]any{"communicationUser": map[string]any{"id": id}}
}

// send sends a text message and returns its ID.
func (c client) send(u user, thread, content string) string {
	c.t.Helper()
	a := c.do("POST", "/chat/threads/"+thread+"/messages", u.token, toJSON(c.t, map[string]any{"content": content}))
	return a.want(c.t, http.StatusCreated).text("id")
}

// messages lists all messages of a thread, page by page.
func (c client) messages(u user, thread string, pageSize string) []any {
	c.t.Helper()
	return c.pages("/chat/threads/"+thread+"/messages?maxPageSize="+pageSize, u)
}

// pages lists all that a target and the links after it hold.
func (c client) pages(target string, u user) []any {
	c.t.Helper()
	var all []any
	for target != "" {
		a := c.do("GET", target, u.token, "").want(c.t, http.StatusOK)
		all = append(all, a.list()...)
		target = a.text("nextLink")
	}
	return all
}

func toJSON(t testing.TB, v any) string {
	t.Helper()
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(buf.String())
}

// field collects a field of each element.
func field(list []any, name string) []string {
	var out []string
	for _, e := range list {
		s, _ := e.(map[string]any)[name].(string)
		out = append(out, s)
	}
	return out
}
