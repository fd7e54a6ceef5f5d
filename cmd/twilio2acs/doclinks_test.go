package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// What pages link to is there: files, and headings within them.
func TestLinksOfTheDocumentation(t *testing.T) {
	for _, page := range documentation(t) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			for _, target := range link.FindAllStringSubmatch(read(t, page), -1) {
				if strings.Contains(target[1], "://") {
					continue
				}
				file, anchor, _ := strings.Cut(target[1], "#")
				to := page
				if file != "" {
					to = filepath.Join(filepath.Dir(page), file)
				}
				if _, err := os.Stat(to); err != nil {
					t.Errorf("a link to %s: %v", target[1], err)
					continue
				}
				if anchor != "" && !anchors(read(t, to))[anchor] {
					t.Errorf("a link to %s: there is no such heading", target[1])
				}
			}
		})
	}
}

// anchors are the names that forges give the headings of a page: in lower case,
// without punctuation, with hyphens for spaces.
func anchors(page string) map[string]bool {
	found := make(map[string]bool)
	for _, h := range heading.FindAllStringSubmatch(page, -1) {
		found[strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			}
			return -1
		}, h[1])] = true
	}
	return found
}

// documentation is all pages for people.
func documentation(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("pages %q, %v", pages, err)
	}
	return append(pages, "../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md", "../../CHANGELOG.md")
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
