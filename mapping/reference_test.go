package mapping_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

const reference = "../docs/mapping.md"

// The reference lists the losses that there are, as they describe themselves.
func TestReferenceListsLosses(t *testing.T) {
	const begin, end = "-run Reference -update -->\n", "<!-- end of losses -->"
	page, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), begin)
	got, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no place for the losses", reference)
	}
	want := lossTable()
	if *update {
		if err := os.WriteFile(reference, []byte(before+begin+want+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("%s lists other losses than there are; go test ./mapping -run Reference -update (-got +want):\n%s", reference, d)
	}
}

// lossTable is all losses as Markdown.
func lossTable() string {
	var b strings.Builder
	b.WriteString("| code | severity | concerns | what it means | what to do |\n| --- | --- | --- | --- | --- |\n")
	for _, l := range mapping.Losses() {
		concerns := "an item"
		if l.Account {
			concerns = "everything"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", l.Code, l.Severity, concerns, l.Title, l.Remedy)
	}
	return b.String()
}

// The reference explains each metadata key.
func TestReferenceListsMetadataKeys(t *testing.T) {
	page, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	keys := metadataKeys(t)
	if len(keys) < 20 {
		t.Errorf("metadatakeys.go has %d keys: %q", len(keys), keys)
	}
	for _, key := range keys {
		row := false
		for line := range strings.Lines(string(page)) {
			row = row || strings.HasPrefix(line, "|") && strings.Contains(line, "`"+key+"`")
		}
		if !row {
			t.Errorf("%s has no row for the metadata key %s", reference, key)
		}
	}
}

// metadataKeys are the values of the constants in metadatakeys.go.
func metadataKeys(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "metadatakeys.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, decl := range file.Decls {
		consts, ok := decl.(*ast.GenDecl)
		if !ok || consts.Tok != token.CONST {
			continue
		}
		for _, spec := range consts.Specs {
			for _, value := range spec.(*ast.ValueSpec).Values {
				key, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				keys = append(keys, key)
			}
		}
	}
	return keys
}
