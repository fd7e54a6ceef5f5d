package main

import (
	"fmt"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// losses writes what ACS cannot carry natively. Everything major is named, with
// its remedy; the rest is counted unless the reader wants to know.
func (t *textWriter) losses(losses []migrate.LossCount) {
	if len(losses) == 0 {
		return
	}
	t.printf("\n")
	t.heading("What ACS cannot carry natively:")
	var codes, cases int
	for _, l := range losses {
		if t.verbose || isMajor(l.Severity) {
			t.loss(l)
			continue
		}
		codes++
		cases += l.Count
	}
	if codes > 0 {
		t.printf("  %s\n", t.color.paint(dim, fmt.Sprintf("and %s, %s in all: --verbose lists them",
			plural(int64(codes), "minor kind", "minor kinds"), plural(int64(cases), "case", "cases"))))
	}
}

func isMajor(s mapping.Severity) bool {
	return s == mapping.SeverityCritical || s == mapping.SeverityMajor
}

func (t *textWriter) loss(l migrate.LossCount) {
	what := string(l.Code)
	if !l.Code.Info().Account || l.Count > 1 {
		what += fmt.Sprintf(" ×%d", l.Count)
	}
	severity := fmt.Sprintf("%-8s", l.Severity)
	switch l.Severity {
	case mapping.SeverityCritical:
		severity = t.color.paint(red, severity)
	case mapping.SeverityMajor:
		severity = t.color.paint(yellow, severity)
	}
	t.printf("  %s  %s\n            %s\n", severity, what, l.Title)
	if l.Remedy != "" {
		t.printf("            %s\n", t.color.paint(dim, "→ "+l.Remedy))
	}
	if t.verbose && len(l.Examples) > 0 {
		t.printf("            %s\n", t.color.paint(dim, "such as "+strings.Join(l.Examples, ", ")))
	}
}
