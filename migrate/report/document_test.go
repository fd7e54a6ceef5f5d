package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

var update = flag.Bool("update", false, "write the golden document anew; its diff may add fields, and must not take any away")

// A document is what it was: whoever reads it in a program relies on every field
// that it ever had.
func TestDocumentIsGolden(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.report.Policies = []report.Policy{{Name: "media", Value: "none"}}
	p := w.plan()
	var got bytes.Buffer
	must(t, report.WriteDocument(&got, p, p))
	path := filepath.Join("testdata", "plan.json")
	if *update {
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, got.Bytes(), 0o600))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("go test ./migrate/report -run Golden -update writes what is now (-golden +now):\n%s", diff)
	}
}

// A document is one JSON value with all of its rows.
func TestWriteDocument(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	p := w.plan()
	var b bytes.Buffer
	must(t, report.WriteDocument(&b, p, p))
	var doc struct {
		Summary       migrate.Summary
		Conversations []report.Row
	}
	d := json.NewDecoder(&b)
	must(t, d.Decode(&doc))
	if d.More() {
		t.Error("something follows the document")
	}
	if diff := cmp.Diff(doc.Conversations, rows(t, p)); diff != "" || doc.Summary != p.Summary {
		t.Errorf("(-written +rows):\n%s", diff)
	}
}
