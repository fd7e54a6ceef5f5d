package fixtureserver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

const harbour = "../testdata/harbour"

func start(tb testing.TB, dir string, opts *fixtureserver.Options) (*twiliosrc.Snapshot, fixtureserver.Endpoints) {
	tb.Helper()
	snap, _, at := listen(tb, dir, opts)
	return snap, at
}

func serve(tb testing.TB, dir string, opts *fixtureserver.Options) (*fixtureserver.Server, fixtureserver.Endpoints) {
	tb.Helper()
	_, server, at := listen(tb, dir, opts)
	return server, at
}

func listen(tb testing.TB, dir string, opts *fixtureserver.Options) (*twiliosrc.Snapshot, *fixtureserver.Server, fixtureserver.Endpoints) {
	tb.Helper()
	snap, err := twiliosrc.OpenSnapshot(tb.Context(), dir, nil)
	if err != nil {
		tb.Fatal(err)
	}
	server := fixtureserver.New(snap, opts)
	endpoints, err := server.Listen(tb.Context(), "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := server.Close(); err != nil {
			tb.Error(err)
		}
		if err := snap.Close(); err != nil {
			tb.Error(err)
		}
	})
	return snap, server, endpoints
}

// reply is an answer, and what of its body tests look at.
type reply struct {
	status int
	header http.Header
	text   string
	body   struct {
		SID      string `json:"sid"`
		Code     int    `json:"code"`
		Status   int    `json:"status"`
		MoreInfo string `json:"more_info"`
		Meta     struct {
			Page     int     `json:"page"`
			Size     int     `json:"page_size"`
			First    string  `json:"first_page_url"`
			Previous *string `json:"previous_page_url"`
			URL      string  `json:"url"`
			Next     *string `json:"next_page_url"`
			Key      string  `json:"key"`
		} `json:"meta"`
		Messages []struct {
			Index int `json:"index"`
		} `json:"messages"`
		Services      []json.RawMessage `json:"services"`
		Conversations []json.RawMessage `json:"conversations"`
		Users         []json.RawMessage `json:"users"`
		Roles         []json.RawMessage `json:"roles"`
		Participants  []json.RawMessage `json:"participants"`
		Links         struct {
			Direct string `json:"content_direct_temporary"`
		} `json:"links"`
	}
}

// get asks with credentials, unless the URL is a signed one.
func get(tb testing.TB, target string, change ...func(*http.Request)) reply {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, target, nil)
	if err != nil {
		tb.Fatal(err)
	}
	if !strings.Contains(target, "Signature=") {
		req.SetBasicAuth("user", "secret")
	}
	for _, c := range change {
		c(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	r := reply{status: resp.StatusCode, header: resp.Header, text: string(text)}
	_ = json.Unmarshal(text, &r.body) // some are no JSON
	return r
}

func indexes(r reply) []int {
	var got []int
	for _, m := range r.body.Messages {
		got = append(got, m.Index)
	}
	return got
}

func TestPagesForwardAndBackward(t *testing.T) {
	_, at := start(t, snapshottest.Generate(t, snapshottest.Shape{Services: 1, Conversations: 2, Participants: 1, Messages: 23}), nil)
	list := at.URL + "/v1/Services/" + snapshottest.SID("IS", 0) + "/Conversations/" + snapshottest.SID("CH", 0) + "/Messages"
	all := indexes(get(t, list))
	if len(all) != 23 {
		t.Fatalf("%d messages, want 23", len(all))
	}
	for _, order := range []string{"asc", "desc", "DESC"} {
		want := append([]int(nil), all...)
		if order != "asc" {
			for i := range want {
				want[i] = all[len(all)-1-i]
			}
		}
		r := get(t, list+"?PageSize=10&Order="+order)
		if r.body.Meta.Previous != nil || r.body.Meta.Page != 0 || r.body.Meta.Key != "messages" || r.body.Meta.Size != 10 {
			t.Errorf("meta of the first page: %s", r.text[:300])
		}
		pages := [][]int{indexes(r)}
		for r.body.Meta.Next != nil {
			if u, _ := url.Parse(*r.body.Meta.Next); !strings.HasPrefix(u.Query().Get("PageToken"), "PT") || u.Query().Has("Page") {
				t.Errorf("next page is %s", u)
			}
			r = get(t, *r.body.Meta.Next)
			pages = append(pages, indexes(r))
			if r.body.Meta.Page != len(pages)-1 {
				t.Errorf("page %d calls itself %d", len(pages)-1, r.body.Meta.Page)
			}
		}
		if got := flat(pages); len(pages) != 3 || !cmp.Equal(got, want) {
			t.Errorf("%s: pages %v, want %v", order, pages, want)
		}
		for i := len(pages) - 2; i >= 0; i-- {
			r = get(t, *r.body.Meta.Previous)
			if got := indexes(r); !cmp.Equal(got, pages[i]) || r.body.Meta.Page != i {
				t.Errorf("%s: page %d backward: %v (%d), want %v", order, i, got, r.body.Meta.Page, pages[i])
			}
		}
		if r.body.Meta.Previous != nil || r.body.Meta.Next == nil {
			t.Errorf("%s: back on the first page there is a page before it, or none after", order)
		}
		if again := get(t, *r.body.Meta.Next); !cmp.Equal(indexes(again), pages[1]) {
			t.Errorf("%s: forward again: %v, want %v", order, indexes(again), pages[1])
		}
	}
}

func flat(pages [][]int) []int {
	var all []int
	for _, p := range pages {
		all = append(all, p...)
	}
	return all
}

func TestPageParameters(t *testing.T) {
	_, at := start(t, snapshottest.Generate(t, snapshottest.Shape{Services: 2, Conversations: 210, Participants: 1, Messages: 120, Users: 60}), nil)
	service := at.URL + "/v1/Services/" + snapshottest.SID("IS", 0)
	messages := service + "/Conversations/" + snapshottest.SID("CH", 0) + "/Messages"
	next := *get(t, messages).body.Meta.Next
	token := next[strings.Index(next, "PageToken="):]
	for _, tt := range []struct {
		target             string
		status, code, size int
	}{
		{service + "/Conversations", 200, 0, 50},
		{service + "/Conversations?PageSize=100", 200, 0, 100},
		{service + "/Conversations?PageSize=1000", 200, 0, 100},
		{service + "/Conversations?PageSize=7", 200, 0, 7},
		{service + "/Conversations?PageSize=0", 400, 20001, 0},
		{service + "/Conversations?PageSize=x", 400, 20001, 0},
		{service + "/Users?PageSize=100", 200, 0, 50},
		{service + "/Roles?PageSize=100", 200, 0, 50},
		{at.URL + "/v1/Services?PageSize=500", 200, 0, 100},
		{messages + "?Page=0", 200, 0, 50},
		{messages + "?Page=1", 400, 70002, 0},
		{messages + "?Order=up", 400, 20001, 0},
		{messages + "?" + token, 200, 0, 50},
		{messages + "?Page=9&" + token, 200, 0, 50},
		{messages + "?Order=desc&" + token, 400, 21481, 0},
		{messages + "?" + token[:len(token)-8], 400, 21481, 0},
		{messages + "?PageToken=PTeyJvciI6MH0=", 400, 21481, 0},
		{messages + "?PageToken=7", 400, 21481, 0},
		{service + "/Conversations/" + snapshottest.SID("CH", 2) + "/Messages?" + token, 400, 21481, 0},
	} {
		r := get(t, tt.target)
		if r.status != tt.status || r.body.Code != tt.code || r.body.Meta.Size != tt.size {
			t.Errorf("%s: %d, code %d, page size %d; want %d, %d, %d",
				tt.target[len(at.URL):], r.status, r.body.Code, r.body.Meta.Size, tt.status, tt.code, tt.size)
		}
	}
}

func TestBothFamiliesOfPaths(t *testing.T) {
	snap, at := start(t, harbour, nil)
	home := snap.Manifest().DefaultServiceSID
	for c, err := range snap.Conversations(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		scoped := get(t, at.URL+"/v1/Services/"+string(c.ServiceSID)+"/Conversations/"+string(c.SID))
		if scoped.text != string(c.Raw) {
			t.Errorf("conversation %s: %s", c.SID, scoped.text)
		}
		top := get(t, at.URL+"/v1/Conversations/"+string(c.SID))
		switch {
		case c.ServiceSID == home && top.text != scoped.text:
			t.Errorf("conversation %s of the default service: %d", c.SID, top.status)
		case c.ServiceSID != home && (top.status != 404 || top.body.Code != 20404):
			t.Errorf("conversation %s of another service: %d", c.SID, top.status)
		}
		for _, list := range []string{"Messages", "Participants"} {
			r := get(t, at.URL+"/v1/Conversations/"+string(c.SID)+"/"+list)
			if want := map[bool]int{true: 200, false: 404}[c.ServiceSID == home]; r.status != want {
				t.Errorf("%s of %s: %d, want %d", list, c.SID, r.status, want)
			}
		}
	}
	for target, want := range map[string]int{
		"/v1/Services":                   200,
		"/v1/Services/" + string(home):   200,
		"/v1/Services/IS1":               404,
		"/v1/Services/IS1/Conversations": 404,
		"/v1/Users":                      200,
		"/v1/Roles":                      200,
		"/v1/Conversations":              200,
		"/v1/Conversations/CH1":          404,
		"/v1/Conversations/CH1/Messages": 404,
		"/v1/Configuration":              200,
		"/v1/Services/IS1/Configuration": 404,
		"/v1/Nothing":                    404,
		"/v2/Services":                   404,
		"/v1/Services/" + string(home) + "/Configuration": 200,
	} {
		if r := get(t, at.URL+target); r.status != want {
			t.Errorf("%s: %d, want %d", target, r.status, want)
		}
	}
	if r := get(t, at.URL+"/v1/Configuration"); !strings.Contains(r.text, `"default_chat_service_sid":"`+string(home)) {
		t.Errorf("configuration %s does not name the default service", r.text)
	}
}

func TestHeadersAndErrors(t *testing.T) {
	_, at := start(t, harbour, &fixtureserver.Options{Username: "user", Password: "secret"})
	r := get(t, at.URL+"/v1/Services")
	if id := r.header.Get("Twilio-Request-Id"); r.status != 200 || len(id) != 34 || id[:2] != "RQ" ||
		r.header.Get("Twilio-Concurrent-Requests") != "1" || r.header.Get("Twilio-Request-Duration") == "" ||
		!strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
		t.Errorf("headers %v", r.header)
	}
	for name, change := range map[string]func(*http.Request){
		"no credentials":   func(r *http.Request) { r.Header.Del("Authorization") },
		"no password":      func(r *http.Request) { r.SetBasicAuth("user", "") },
		"another password": func(r *http.Request) { r.SetBasicAuth("user", "x") },
		"another user":     func(r *http.Request) { r.SetBasicAuth("x", "secret") },
		"a token":          func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") },
	} {
		for _, base := range []string{at.URL + "/v1/Services", at.MCSURL + "/v1/Services/IS1/Media/ME1"} {
			r := get(t, base, change)
			if r.status != 401 || r.body.Code != 20003 || r.body.Status != 401 || !strings.HasSuffix(r.body.MoreInfo, "/20003") {
				t.Errorf("%s: %d %s", name, r.status, r.text)
			}
		}
	}
	if r := get(t, at.URL+"/v1/Services", func(r *http.Request) { r.Method = http.MethodPost }); r.status != 405 || r.body.Code != 20004 {
		t.Errorf("POST: %d %s", r.status, r.text)
	}
}

func TestDamageIsNotServed(t *testing.T) {
	_, at := start(t, snapshottest.Dir(t, map[string]string{
		"conversations.jsonl": `{"sid":"` + snapshottest.SID("CH", 1) + `","chat_service_sid":"` + snapshottest.SID("IS", 1) + `"}` + "\n",
		"messages.jsonl":      `{"conversation_sid":"` + snapshottest.SID("CH", 1) + `","index":0}` + "\nrubbish\n",
	}), nil)
	list := at.URL + "/v1/Services/" + snapshottest.SID("IS", 1) + "/Conversations/" + snapshottest.SID("CH", 1) + "/Messages"
	for _, target := range []string{list, list + "?Order=desc"} {
		if r := get(t, target); r.status != 500 || !strings.Contains(r.text, "messages.jsonl:2") {
			t.Errorf("%d %s, want the damaged line to be named", r.status, r.text)
		}
	}
	if r := get(t, list+"?PageSize=1"); r.status != 500 { // it must know whether there is a next page
		t.Errorf("a page before the damage: %d", r.status)
	}
}

func TestMedia(t *testing.T) {
	snap, at := start(t, harbour, nil)
	services := map[string]string{} // of each file
	for c, err := range snap.Conversations(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for m, err := range snap.Messages(t.Context(), c, -1) {
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range m.Media {
				services[string(f.SID)] = string(c.ServiceSID)
			}
		}
	}
	opened := 0
	for sid, service := range services {
		r := get(t, at.MCSURL+"/v1/Services/"+service+"/Media/"+sid)
		if r.status == 404 {
			continue // it was lost before the recording
		}
		opened++
		file := get(t, r.body.Links.Direct)
		var size struct{ Size int }
		if err := json.Unmarshal([]byte(r.text), &size); err != nil || file.status != 200 || len(file.text) != size.Size {
			t.Errorf("%s: %d, %d bytes; want %d", sid, file.status, len(file.text), size.Size)
		}
		if r := get(t, at.MCSURL+"/v1/Services/"+snapshottest.SID("IS", 9)+"/Media/"+sid); r.status != 404 {
			t.Errorf("%s under another service: %d", sid, r.status)
		}
		part := get(t, r.body.Links.Direct, func(r *http.Request) { r.Header.Set("Range", "bytes=2-4") })
		if part.status != 206 || part.text != file.text[2:5] {
			t.Errorf("part of %s: %d %q", sid, part.status, part.text)
		}
		for name, refused := range map[string]reply{
			"with credentials": get(t, r.body.Links.Direct, func(r *http.Request) { r.SetBasicAuth("user", "secret") }),
			"without query":    get(t, r.body.Links.Direct[:strings.Index(r.body.Links.Direct, "?")]+"?Signature=x"),
			"reordered":        get(t, reorder(r.body.Links.Direct)),
			"prolonged":        get(t, strings.Replace(r.body.Links.Direct, "Expires=1", "Expires=2", 1)),
			"of another file":  get(t, strings.Replace(r.body.Links.Direct, sid, snapshottest.SID("ME", 9), 1)),
		} {
			if refused.status < 400 || refused.status > 403 || !strings.HasPrefix(refused.text, "<?xml") {
				t.Errorf("%s: %d %s", name, refused.status, refused.text)
			}
		}
	}
	if opened != 2 {
		t.Errorf("%d files served, want 2", opened)
	}
}

// reorder writes the query of a URL in another order, which means the same.
func reorder(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		panic(err)
	}
	parts := strings.Split(u.RawQuery, "&")
	u.RawQuery = strings.Join(append(parts[1:], parts[0]), "&")
	return u.String()
}

func TestSignedURLExpires(t *testing.T) {
	snap, at := start(t, harbour, &fixtureserver.Options{MediaLifetime: -time.Second})
	for c := range snap.Conversations(t.Context()) {
		for m := range snap.Messages(t.Context(), c, -1) {
			for _, f := range m.Media {
				r := get(t, at.MCSURL+"/v1/Services/"+string(c.ServiceSID)+"/Media/"+string(f.SID))
				if r.status == 404 {
					continue
				}
				if late := get(t, r.body.Links.Direct); late.status != 403 || !strings.Contains(late.text, "AccessDenied") {
					t.Errorf("after it expired: %d %s", late.status, late.text)
				}
			}
		}
	}
}

func TestListen(t *testing.T) {
	snap, err := twiliosrc.OpenSnapshot(t.Context(), harbour, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	server := fixtureserver.New(snap, nil)
	for _, addr := range []string{"0.0.0.0:0", ":0", "example.com:80", "127.0.0.1", ""} {
		if at, err := server.Listen(t.Context(), addr); err == nil {
			t.Errorf("Listen(%q) = %v, want a refusal", addr, at)
		}
	}
	first, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fixtureserver.New(snap, nil).Listen(t.Context(), strings.TrimPrefix(first.URL, "http://")); err == nil {
		t.Error("two servers listen at the same address")
	}
	if first.URL == first.MCSURL {
		t.Errorf("%+v: conversations and media must be different hosts", first)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := server.Listen(t.Context(), strings.TrimPrefix(first.URL, "http://"))
	if err != nil || again.URL != first.URL {
		t.Errorf("Listen at the same address after Close: %+v, %v", again, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if _, err := server.Listen(ctx, "127.0.0.1:0"); err == nil {
		t.Error("Listen under a cancelled context")
	}
}

func TestOnRequest(t *testing.T) {
	var got []string
	snap, err := twiliosrc.OpenSnapshot(t.Context(), harbour, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	server := fixtureserver.New(snap, &fixtureserver.Options{OnRequest: func(r fixtureserver.Request) {
		got = append(got, fmt.Sprintf("%s %s %s %d %s", r.Host, r.Method, r.Target, r.Status, r.Header.Get("X-Test")))
	}})
	at, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mark := func(r *http.Request) { r.Header.Set("X-Test", "7") }
	get(t, at.URL+"/v1/Services?a=%7e.42", mark)
	get(t, at.MCSURL+"/x", mark)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"rest GET /v1/Services?a=%7e.42 200 7", "mcs GET /x 404 7"}; !cmp.Equal(got, want) {
		t.Errorf("requests %q, want %q", got, want)
	}
}
