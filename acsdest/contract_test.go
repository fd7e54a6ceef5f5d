package acsdest_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const chatContract = "contracts/acs/Chat/stable/2025-03-15/communicationserviceschat.json"

// Every operation of the published contract is there, and what it sends is in it:
// the path, the parameters, the content type, and the fields of the body.
func TestContract(t *testing.T) {
	c := loadContract(t, filepath.Join(shared(t), chatContract))
	seen := map[string]bool{}
	for _, tt := range operations {
		t.Run(tt.name, func(t *testing.T) {
			s := play(tt.answer)
			if err := tt.call(t.Context(), newChat(t, s, nil)); err != nil {
				t.Fatal(err)
			}
			sent := s.sent[0]
			u, err := url.ParseRequestURI(sent.URI)
			if err != nil {
				t.Fatal(err)
			}
			path, op := c.find(u.EscapedPath(), sent.Method)
			if op == nil {
				t.Fatalf("%s %s is not in the contract", sent.Method, u.Path)
			}
			seen[sent.Method+" "+path] = true
			for name := range u.Query() {
				if !op.takes("query", name) && name != "api-version" {
					t.Errorf("query parameter %s is not in the contract", name)
				}
			}
			if sent.Header.Get("repeatability-request-id") != "" && !op.takes("header", "repeatability-request-id") {
				t.Error("header repeatability-request-id is not in the contract")
			}
			contentType := sent.Header.Get("Content-Type")
			if sent.Body != "" && !slices.Contains(op.Consumes, contentType) {
				t.Errorf("content type %s; the contract has %v", contentType, op.Consumes)
			}
			var body any
			if sent.Body != "" {
				if err := json.Unmarshal([]byte(sent.Body), &body); err != nil {
					t.Fatal(err)
				}
			}
			for _, p := range op.Parameters {
				if p.In == "body" && body != nil {
					for _, problem := range c.check("body", p.Schema, body) {
						t.Error(problem)
					}
				}
			}
		})
	}
	if len(seen) != 16 || len(operations) != 16 {
		t.Errorf("%d operations of the contract were called by %d methods; want 16", len(seen), len(operations))
	}
}

// contract is as much of an OpenAPI 2 document as is looked at.
type contract struct {
	t           *testing.T
	file        string
	Paths       map[string]map[string]*operation
	Definitions map[string]schema
}

type operation struct {
	Consumes   []string
	Parameters []parameter
}

type parameter struct {
	In, Name string
	Schema   schema
}

type schema struct {
	Ref                  string `json:"$ref"`
	Type                 string
	Required             []string
	Properties           map[string]schema
	Items                *schema
	AdditionalProperties *schema
	Discriminator        string
}

func loadContract(t *testing.T, file string) *contract {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &contract{t: t, file: file}
	if err := json.Unmarshal(data, c); err != nil {
		t.Fatal(err)
	}
	return c
}

// find returns the operation for a path, segment by segment.
func (c *contract) find(path, method string) (string, *operation) {
	segments := strings.Split(path, "/")
	for template, methods := range c.Paths {
		match := slices.EqualFunc(segments, strings.Split(template, "/"), func(s, t string) bool {
			return s == t || strings.HasPrefix(t, "{")
		})
		if op := methods[strings.ToLower(method)]; match && op != nil {
			return template, op
		}
	}
	return "", nil
}

func (o *operation) takes(in, name string) bool {
	return slices.ContainsFunc(o.Parameters, func(p parameter) bool { return p.In == in && p.Name == name })
}

// resolve finds a definition, and the document in which it stands.
func (c *contract) resolve(ref string) (*contract, schema) {
	file, name, _ := strings.Cut(ref, "#/definitions/")
	if file != "" {
		c = loadContract(c.t, filepath.Join(filepath.Dir(c.file), file))
	}
	definition, ok := c.Definitions[name]
	if !ok {
		c.t.Fatalf("%s is not in %s", ref, c.file)
	}
	return c, definition
}

// check lists what of v the schema does not allow.
func (c *contract) check(at string, s schema, v any) []string {
	for s.Ref != "" {
		c, s = c.resolve(s.Ref)
	}
	switch v := v.(type) {
	case map[string]any:
		return c.checkObject(at, s, v)
	case []any:
		if s.Type != "array" || s.Items == nil {
			return []string{at + " is an array"}
		}
		var problems []string
		for i, item := range v {
			problems = append(problems, c.check(fmt.Sprintf("%s[%d]", at, i), *s.Items, item)...)
		}
		return problems
	case string:
		if s.Type != "string" {
			return []string{fmt.Sprintf("%s is a string, not %s", at, s.Type)}
		}
	}
	return nil
}

func (c *contract) checkObject(at string, s schema, v map[string]any) []string {
	var problems []string
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			problems = append(problems, at+" lacks "+name)
		}
	}
	for name, value := range v {
		property, ok := s.Properties[name]
		switch {
		case ok:
			problems = append(problems, c.check(at+"."+name, property, value)...)
		case s.AdditionalProperties != nil:
			problems = append(problems, c.check(at+"."+name, *s.AdditionalProperties, value)...)
		case s.Discriminator == "": // the fields of the kinds of a thing stand elsewhere
			problems = append(problems, at+" has an unknown "+name)
		}
	}
	return problems
}
