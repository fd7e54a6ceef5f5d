package acsdest_test

import (
	"os"
	"strings"
	"testing"
)

// The page about the library shows code of the examples, letter by letter.
func TestLibraryPageQuotesExamples(t *testing.T) {
	page, err := os.ReadFile("../docs/library.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	bodies := strings.ReplaceAll(string(source), "\n\t", "\n") // of functions, without their margin
	blocks := strings.Split(string(page), "```go\n")[1:]
	if len(blocks) < 4 {
		t.Errorf("docs/library.md shows %d pieces of code", len(blocks))
	}
	for _, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		if !strings.Contains(bodies, "\n"+code) {
			t.Errorf("docs/library.md shows code that no example has:\n%s", code)
		}
	}
}
