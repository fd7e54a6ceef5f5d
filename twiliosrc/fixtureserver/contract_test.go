package fixtureserver_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

const contoso = "../../testdata/snapshots/contoso"

// contract is Twilio's OpenAPI document, which lies beside the repository.
type contract struct{ doc *openapi3.T }

func loadContract(t *testing.T) contract {
	t.Helper()
	file := filepath.Join("..", "..", "..", "shared", "contracts", "twilio", "twilio_conversations_v1.json")
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		t.Skipf("SKIPPED: no contract beside the repository, no answer is checked against it: %v", err)
	}
	return contract{doc}
}

// find is the template of a path, and the schema of what a GET of it returns.
// Parts that are spelled out come before parameters.
func (c contract) find(path string) (template string, schema *openapi3.Schema) {
	parts := strings.Split(path, "/")
	for candidate, item := range c.doc.Paths.Map() {
		if item.Get == nil || !fits(strings.Split(candidate, "/"), parts) || strings.Count(candidate, "{") > strings.Count(template, "{") && template != "" {
			continue
		}
		template, schema = candidate, item.Get.Responses.Value("200").Value.Content.Get("application/json").Schema.Value
	}
	return template, schema
}

func fits(template, parts []string) bool {
	return slices.EqualFunc(template, parts, func(t, p string) bool { return t == p || strings.HasPrefix(t, "{") })
}

// Every answer of every resource, in both families of paths, is what Twilio's
// contract says. The crawl follows the links of the answers themselves.
func TestAnswersFitTheContract(t *testing.T) {
	c := loadContract(t)
	snap, err := twiliosrc.OpenSnapshot(t.Context(), contoso, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	k := crawl{
		t: t, contract: c, seen: map[string]bool{}, fitted: map[string]bool{},
		rest: fixtureserver.New(snap, &fixtureserver.Options{ProductionURLs: true}).REST(),
		home: "/v1/Services/" + string(snap.Manifest().DefaultServiceSID),
	}
	k.visit("/v1/Services?PageSize=1")
	k.visit("/v1/Configuration")
	k.visit("/v1/Configuration/Addresses?PageSize=1")
	k.visit("/v1/Credentials")
	k.visit(k.home + "/Bindings")
	k.visit(k.home + "/Conversations?StartDate=2022-01-01&State=closed&PageSize=2")
	k.visit(k.home + "/ParticipantConversations?Identity=maria.lopez&PageSize=2")
	k.visit(k.home + "/ParticipantConversations?Address=%2B447700900123")
	for len(k.queue) > 0 {
		next := k.queue[0]
		k.queue = k.queue[1:]
		k.fetch(next)
	}
	for template, item := range c.doc.Paths.Map() {
		unknown := strings.HasSuffix(template, "/Bindings/{Sid}") || strings.HasSuffix(template, "/Credentials/{Sid}")
		if item.Get != nil && !unknown && !k.fitted[template] {
			t.Errorf("GET %s of the contract was not answered", template)
		}
	}
	t.Logf("%d answers fit the contract", len(k.seen))
}

// crawl follows links from answer to answer.
type crawl struct {
	t        *testing.T
	contract contract
	rest     http.Handler
	home     string // path of the default service
	queue    []string
	seen     map[string]bool
	fitted   map[string]bool // templates
}

// visit puts a path on the queue, and the shorter one that the default service
// has besides.
func (k *crawl) visit(target string) {
	if template, _ := k.contract.find(strings.Split(target, "?")[0]); template == "" || k.seen[target] {
		return
	}
	if strings.HasSuffix(target, "/ParticipantConversations") {
		return // of whom it does not say
	}
	k.seen[target] = true
	k.queue = append(k.queue, target)
	if rest, ok := strings.CutPrefix(target, k.home+"/"); ok && !strings.HasPrefix(rest, "Configuration") && !strings.Contains(rest, "PageToken") {
		k.visit("/v1/" + rest)
	}
}

func (k *crawl) fetch(target string) {
	k.t.Helper()
	req := httptest.NewRequestWithContext(k.t.Context(), http.MethodGet, target, nil)
	req.SetBasicAuth("user", "secret")
	w := httptest.NewRecorder()
	k.rest.ServeHTTP(w, req)
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		k.t.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	template, schema := k.contract.find(req.URL.Path)
	if err := schema.VisitJSON(answer, openapi3.VisitAsResponse()); err != nil {
		k.t.Errorf("%s does not fit %s: %v", target, template, err)
	}
	k.fitted[template] = true
	k.follow(answer)
}

// follow visits what an answer links to.
func (k *crawl) follow(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, part := range v {
			k.follow(part)
		}
	case []any:
		for _, part := range v {
			k.follow(part)
		}
	case string:
		if u, err := url.Parse(v); err == nil && u.Host == "conversations.twilio.com" {
			k.visit(u.RequestURI())
		}
	}
}
