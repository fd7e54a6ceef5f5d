package report

import _ "embed"

// PlanSchema is the JSON Schema (draft 2020-12) of what plan prints for machines:
// of its document, and of each of its lines. Fields are only ever added to it.
//
//go:embed planschema.json
var PlanSchema []byte
