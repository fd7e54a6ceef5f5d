package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

const troubleshooting = "../../docs/troubleshooting.md"

var update = flag.Bool("update", false, "rewrite what pages list")

// The page explains each code that the program ends with.
func TestTroubleshootingExplainsExitCodes(t *testing.T) {
	explained := codesOf(read(t, troubleshooting))
	for _, e := range exitMeanings {
		if e.code != exitDone && !explained[e.code] {
			t.Errorf("%s does not explain exit code %d (%s)", troubleshooting, e.code, e.meaning)
		}
	}
}

// codesOf are the exit codes with which rows of the tables of a page begin.
func codesOf(page string) map[int]bool {
	codes := make(map[int]bool)
	for line := range strings.Lines(page) {
		first, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for word := range strings.SplitSeq(first, ",") {
			if code, err := strconv.Atoi(strings.TrimSpace(word)); err == nil {
				codes[code] = true
			}
		}
	}
	return codes
}

// The page lists what errors say, as they say it.
func TestTroubleshootingListsErrors(t *testing.T) {
	const begin, end = "-run Troubleshooting -update -->\n", "<!-- end of errors -->"
	page, err := os.ReadFile(troubleshooting)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), begin)
	got, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no place for the errors", troubleshooting)
	}
	want := errorTable()
	if *update {
		if err := os.WriteFile(troubleshooting, []byte(before+begin+want+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := gocmp.Diff(got, want); d != "" {
		t.Errorf("%s lists other errors than there are; go test ./cmd/twilio2acs -run Troubleshooting -update (-got +want):\n%s", troubleshooting, d)
	}
}

// errorTable is what errors say, by the code that the program ends with, as Markdown.
func errorTable() string {
	samples := slices.Clone(errorSamples)
	slices.SortStableFunc(samples, func(a, b error) int { return cmp.Compare(exitCode(a), exitCode(b)) })
	cell := func(text string) string {
		return strings.NewReplacer("|", `\|`, "<", `\<`).Replace(strings.Join(strings.Fields(text), " "))
	}
	var b strings.Builder
	b.WriteString("| `error:` | code | `hint:` |\n| --- | --- | --- |\n")
	for _, err := range samples {
		fmt.Fprintf(&b, "| %s | %d | %s |\n", cell(err.Error()), exitCode(err), cell(remedy(err)))
	}
	return b.String()
}

// hint is the method of an error that has a remedy.
var hint = regexp.MustCompile(`(?m)^func \(\w+ \*?(\w+)\) Hint\(\) string`)

// Each type of error with a remedy has a sample, and so a line on the page. Errors
// that lend others a remedy have no text of their own, and doctor only warns of
// surprises.
func TestErrorSamplesAreComplete(t *testing.T) {
	sampled := map[string]bool{"cmd/twilio2acs.usageError": true, "cmd/twilio2acs.hintedError": true, "cmd/twilio2acs/probe.Surprise": true}
	for _, err := range errorSamples {
		for ; err != nil; err = errors.Unwrap(err) {
			if typ := reflect.TypeOf(err); typ.Kind() == reflect.Pointer {
				sampled[strings.TrimPrefix(typ.Elem().PkgPath(), "github.com/twilio2acs/twilio2acs/")+"."+typ.Elem().Name()] = true
			}
		}
	}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		for _, typ := range hint.FindAllStringSubmatch(string(text), -1) {
			if id := path.Dir(filepath.ToSlash(rel)) + "." + typ[1]; !sampled[id] {
				t.Errorf("%s has a remedy and no sample in errorSamples", id)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
