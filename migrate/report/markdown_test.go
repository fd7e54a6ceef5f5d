package report_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// maxComment is how many characters GitHub takes in a comment.
const maxComment = 65_536

// Whatever people wrote, the Markdown fits into a comment and has no markup but its
// own.
func TestMarkdownIsHarmless(t *testing.T) {
	plan := written(t, func(w *bytes.Buffer) error { return hostilePage(t, 1000).WriteMarkdown(w) })
	verify := written(t, func(w *bytes.Buffer) error { return hostileVerification().WriteMarkdown(w) })
	cutover := written(t, func(w *bytes.Buffer) error { return hostileCutover().WriteMarkdown(w) })
	for name, text := range map[string]string{"plan": string(plan), "verify": string(verify), "cutover": string(cutover)} {
		t.Run(name, func(t *testing.T) {
			if n := utf8.RuneCountInString(text); n > maxComment || !utf8.ValidString(text) {
				t.Errorf("it has %d characters, valid UTF-8: %t", n, utf8.ValidString(text))
			}
			checkMarkdown(t, text)
		})
	}
}

// ownMarkup is what a report in Markdown has itself.
var ownMarkup = regexp.MustCompile("</?(details|summary)>|&#[0-9]+;|`[-_./:A-Za-z0-9]*`|(?m)^(###? |- |\\| )|\\*\\*[^*]*\\*\\*")

// forbidden is what could become markup, a link or a mention.
var forbidden = regexp.MustCompile("[<>&`\\[\\]\\\\*@#\x00-\x08\x0b-\x1f\u2028\u2029\u202e]|://|www\\.")

// checkMarkdown looks for markup in text that is not the report's own, and for rows
// of tables with another number of cells than their heads.
func checkMarkdown(t *testing.T, text string) {
	t.Helper()
	if bad := forbidden.FindString(ownMarkup.ReplaceAllString(text, "")); bad != "" {
		t.Errorf("%q stands in it", bad)
	}
	if opened, closed := strings.Count(text, "<details>"), strings.Count(text, "</details>"); opened != closed {
		t.Errorf("%d folds are opened, %d closed", opened, closed)
	}
	columns := 0
	for line := range strings.Lines(text) {
		switch n := strings.Count(line, "|"); {
		case n == 0:
			columns = 0
		case columns == 0:
			columns = n
		case n != columns:
			t.Errorf("a row has %d cells, not %d: %.80q", n-1, columns-1, line)
		}
	}
}

// FuzzMarkdown looks for a text that becomes markup.
func FuzzMarkdown(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := &report.VerifyPage{
			Destination: text, Failure: text[:min(len(text), 1000)],
			Verification: &migrate.Verification{Differences: []migrate.Difference{{Path: migrate.PathOf(text), Want: text, Got: text}}},
		}
		got := string(written(t, func(w *bytes.Buffer) error { return p.WriteMarkdown(w) }))
		checkMarkdown(t, got)
		if !utf8.ValidString(got) {
			t.Error("it is not UTF-8")
		}
	})
}
