package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// inlineCode is code within a sentence.
var inlineCode = regexp.MustCompile("`([a-z][^`]*)`")

// Every command line that the documentation shows can be meant.
func TestCommandsOfTheDocumentation(t *testing.T) {
	lines := 0
	for _, page := range documentation(t) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			for _, line := range commandLines(read(t, page)) {
				lines++
				checkCommandLine(t, line, false)
			}
		})
	}
	if lines < 100 {
		t.Errorf("%d command lines were found", lines)
	}
}

// commandLines are those of the program in a page: in its blocks of code and within
// its sentences, where they may leave out the name of the program.
func commandLines(page string) []string {
	page = strings.ReplaceAll(page, "\\\n", " ")
	page = strings.ReplaceAll(page, "go run ./cmd/twilio2acs ", "twilio2acs ")
	var lines []string
	block, commands := false, program().Commands()
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			block = !block
		case block && strings.HasPrefix(line, "twilio2acs "):
			lines = append(lines, line)
		}
		if block {
			continue
		}
		for _, code := range inlineCode.FindAllStringSubmatch(line, -1) {
			first, _, _ := strings.Cut(strings.TrimPrefix(code[1], "twilio2acs "), " ")
			if slices.ContainsFunc(commands, func(c *cobra.Command) bool { return c.Name() == first }) {
				lines = append(lines, "twilio2acs "+strings.TrimPrefix(code[1], "twilio2acs "))
			}
		}
	}
	return lines
}

// The commands of each page in docs that shows some are run by a script.
func TestDocumentationIsRun(t *testing.T) {
	scripts, err := filepath.Glob("../../testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("scripts %q, %v", scripts, err)
	}
	var all strings.Builder
	for _, script := range scripts {
		all.WriteString("\n" + read(t, script))
	}
	for _, page := range documentation(t) {
		if filepath.Base(filepath.Dir(page)) != "docs" || !strings.Contains(read(t, page), "```sh\n") {
			continue
		}
		if !strings.Contains(all.String(), "\nblocks "+filepath.Base(page)+" ") {
			t.Errorf("no script runs the commands of %s", page)
		}
	}
}
