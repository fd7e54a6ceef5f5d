package emulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// A contract is one published OpenAPI document. It checks exchanges against it
// and remembers which operations it has seen succeed.
type contract struct {
	t      *testing.T
	doc    *openapi3.T
	router routers.Router

	mu        sync.Mutex
	succeeded map[string]bool // by method and path
}

// loadContract reads one of the documents that lie beside the repository.
func loadContract(t *testing.T, path ...string) *contract {
	t.Helper()
	shared, err := filepath.Abs(filepath.Join("..", "..", "..", "shared"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(append([]string{shared, "contracts", "acs"}, path...)...)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Skipf("NO CONTRACTS, answers are not checked against the OpenAPI documents: %v", err)
	}
	var published openapi2.T
	if err := json.Unmarshal(data, &published); err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true // to the document that all services share
	doc, err := openapi2conv.ToV3WithLoader(&published, loader, &url.URL{Scheme: "file", Path: filepath.ToSlash(file)})
	if err != nil {
		t.Fatalf("convert %s: %v", file, err)
	}
	for _, s := range doc.Components.Schemas {
		closeSchema(s.Value, make(map[*openapi3.Schema]bool))
	}
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
	if err != nil {
		t.Fatalf("routes of %s: %v", file, err)
	}
	return &contract{t: t, doc: doc, router: router, succeeded: make(map[string]bool)}
}

// closeSchema forbids fields that the document does not name. Those of the kinds
// of a thing stand elsewhere, so what has a discriminator stays open.
func closeSchema(s *openapi3.Schema, seen map[*openapi3.Schema]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	if len(s.Properties) > 0 && s.AdditionalProperties.Schema == nil && s.Discriminator == nil && len(s.AllOf) == 0 {
		no := false
		s.AdditionalProperties.Has = &no
	}
	for _, p := range s.Properties {
		closeSchema(p.Value, seen)
	}
	if s.Items != nil {
		closeSchema(s.Items.Value, seen)
	}
}

// through is a transport whose every exchange is checked.
func (k *contract) through(next http.RoundTripper) roundTripper {
	return func(req *http.Request) (*http.Response, error) {
		k.t.Helper()
		var sent []byte
		if req.Body != nil {
			var err error
			if sent, err = io.ReadAll(req.Body); err != nil {
				return nil, err
			}
			req.Body.Close()
			req.Body = io.NopCloser(bytes.NewReader(sent))
		}
		resp, err := next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		received, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(received))
		k.check(req, sent, resp, received)
		return resp, err
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Do lets azcore use it.
func (f roundTripper) Do(req *http.Request) (*http.Response, error) { return f(req) }

// check checks an answer, and its request unless that was refused.
func (k *contract) check(req *http.Request, sent []byte, resp *http.Response, received []byte) {
	k.t.Helper()
	what := req.Method + " " + req.URL.Path
	route, params, err := k.router.FindRoute(req)
	if err != nil {
		k.t.Errorf("%s is not in the contract: %v", what, err)
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: req.Clone(req.Context()), PathParams: params, Route: route, Options: strict}
	in.Request.Body = io.NopCloser(bytes.NewReader(sent))
	if resp.StatusCode >= http.StatusBadRequest {
		k.checkError(what, received)
	} else {
		k.note(route)
		if err := openapi3filter.ValidateRequest(req.Context(), in); err != nil && !isNextLink(req) {
			k.t.Errorf("request %s: %v", what, err)
		}
	}
	if resp.StatusCode == http.StatusBadRequest || resp.StatusCode == http.StatusNotFound {
		return // real, but not documented for Chat
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Options: strict,
		Status: resp.StatusCode, Header: resp.Header, Body: io.NopCloser(bytes.NewReader(received)),
	}
	if err := openapi3filter.ValidateResponse(req.Context(), out); err != nil {
		k.t.Errorf("answer %d to %s: %v", resp.StatusCode, what, err)
	}
}

// strict takes no status that is not documented. Who signed is no matter of the contract.
var strict = &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}

// note remembers that an operation succeeded.
func (k *contract) note(route *routers.Route) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.succeeded[route.Method+" "+route.Path] = true
}

// isNextLink reports whether a request follows a link to a further page, which is
// the service's own and recorded to differ from the document.
func isNextLink(req *http.Request) bool { return req.URL.Query().Has("syncState") }

// checkError checks the body of a refusal.
func (k *contract) checkError(what string, body []byte) {
	k.t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		k.t.Errorf("refusal of %s is no JSON: %v", what, err)
		return
	}
	if err := k.doc.Components.Schemas["CommunicationErrorResponse"].Value.VisitJSON(v); err != nil {
		k.t.Errorf("refusal of %s: %v", what, err)
	}
}

// checkAllSucceeded checks that every operation succeeded at least once, but
// those of Teams.
func (k *contract) checkAllSucceeded() {
	k.t.Helper()
	for path, item := range k.doc.Paths.Map() {
		for method := range item.Operations() {
			ours := !strings.HasPrefix(path, "/teamsUser/") && !strings.HasPrefix(path, "/access/teamsExtension/")
			if ours && !k.succeeded[method+" "+path] {
				k.t.Errorf("%s %s never succeeded", method, path)
			}
		}
	}
}
