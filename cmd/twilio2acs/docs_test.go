package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// inlineCode is a command line of the program within a sentence.
var inlineCode = regexp.MustCompile("`(twilio2acs [^`]+)`")

// Every command line that the documentation shows can be meant.
func TestCommandsOfTheDocumentation(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("pages %q, %v", pages, err)
	}
	lines := 0
	for _, page := range append(pages, "../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(page), func(t *testing.T) {
			for _, line := range commandLines(string(text)) {
				lines++
				checkCommandLine(t, line, false)
			}
		})
	}
	if lines < 30 {
		t.Errorf("%d command lines were found", lines)
	}
}

// commandLines are those of the program in a page: in its blocks of code and within
// its sentences.
func commandLines(page string) []string {
	page = strings.ReplaceAll(page, "\\\n", " ")
	page = strings.ReplaceAll(page, "go run ./cmd/twilio2acs ", "twilio2acs ")
	var lines []string
	block := false
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			block = !block
		case block && strings.HasPrefix(line, "twilio2acs "):
			lines = append(lines, line)
		}
		for _, code := range inlineCode.FindAllStringSubmatch(line, -1) {
			lines = append(lines, code[1])
		}
	}
	return lines
}
