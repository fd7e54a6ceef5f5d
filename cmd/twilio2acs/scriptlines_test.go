package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptSameLines demands that two snapshots hold the same files of resources,
// line by line. Their order is not compared: Twilio lists by service, and a
// snapshot may have them mixed.
func scriptSameLines(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "samelines DIR DIR", 2)
	got, want := sortedLines(ts, args[0]), sortedLines(ts, args[1])
	for name := range want {
		if !slices.Equal(got[name], want[name]) {
			ts.Fatalf("%s differs", name)
		}
	}
	if len(got) != len(want) || len(want) == 0 {
		ts.Fatalf("%d files, want %d", len(got), len(want))
	}
}

// sortedLines are the lines of each file of resources in a snapshot.
func sortedLines(ts *testscript.TestScript, dir string) map[string][]string {
	paths, err := filepath.Glob(filepath.Join(ts.MkAbs(dir), "*.jsonl"))
	ts.Check(err)
	files := make(map[string][]string)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		ts.Check(err)
		files[filepath.Base(path)] = slices.Sorted(strings.Lines(string(text)))
	}
	return files
}

// scriptLeak writes a name into the first recorded message of an unfinished
// recording, where no redaction has seen it.
func scriptLeak(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "leak UNFINISHED", 1)
	paths, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "pieces", "CH*.lines"))
	ts.Check(err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		ts.Check(err)
		if leaky := strings.Replace(string(text), `"body":"`, `"body":"Konstantin `, 1); leaky != string(text) {
			ts.Check(os.WriteFile(path, []byte(leaky), 0o600))
			return
		}
	}
	ts.Fatalf("no message in %s", args[0])
}
