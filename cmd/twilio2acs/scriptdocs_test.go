package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptBlocks writes the commands of a page in docs to a file: its blocks that are
// marked as sh, one after the other.
func scriptBlocks(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "blocks PAGE FILE", 2)
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", args[0]))
	ts.Check(err)
	var commands strings.Builder
	inside := false
	for line := range strings.Lines(string(text)) {
		switch fence := strings.TrimSpace(line); {
		case fence == "```sh":
			inside = true
		case fence == "```":
			inside = false
		case inside:
			commands.WriteString(line)
		}
	}
	if commands.Len() == 0 {
		ts.Fatalf("%s has no commands", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(commands.String()), 0o600))
}
