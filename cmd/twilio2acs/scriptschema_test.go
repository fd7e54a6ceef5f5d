package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// scriptConforms demands that a file is what a JSON Schema describes: one JSON value,
// or with "lines" one on each line. Fields that the schema does not name are refused,
// although its readers are to pass over them: they are not documented.
func scriptConforms(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "conforms document|lines SCHEMA FILE", 3)
	schema := strictSchema(ts, ts.ReadFile(args[1]))
	values := []string{ts.ReadFile(args[2])}
	if args[0] == "lines" {
		values = slices.Collect(strings.Lines(values[0]))
	}
	if len(values) == 0 {
		ts.Fatalf("%s is empty", args[2])
	}
	for i, text := range values {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		ts.Check(err)
		if err := schema.Validate(value); err != nil {
			ts.Fatalf("%s: value %d: %v", args[2], i+1, err)
		}
	}
}

// strictSchema compiles a schema whose objects take no other properties than those
// that it names.
func strictSchema(ts *testscript.TestScript, text string) *jsonschema.Schema {
	var doc any
	ts.Check(json.NewDecoder(bytes.NewBufferString(text)).Decode(&doc))
	closeObjects(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	ts.Check(c.AddResource("schema.json", doc))
	schema, err := c.Compile("schema.json")
	ts.Check(err)
	return schema
}

func closeObjects(node any) {
	switch node := node.(type) {
	case map[string]any:
		if _, ok := node["properties"].(map[string]any); ok && node["type"] == "object" {
			node["additionalProperties"] = false
		}
		for _, child := range node {
			closeObjects(child)
		}
	case []any:
		for _, child := range node {
			closeObjects(child)
		}
	}
}
