package report_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/twilio2acs/twilio2acs/mapping"
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
	for name, text := range map[string]string{"plan": string(plan), "verify": string(verify)} {
		t.Run(name, func(t *testing.T) {
			if n := utf8.RuneCountInString(text); n > maxComment || !utf8.ValidString(text) {
				t.Errorf("it has %d characters, valid UTF-8: %t", n, utf8.ValidString(text))
			}
			checkMarkdown(t, text)
		})
	}
}

// ownMarkup is what a report in Markdown has itself.
var ownMarkup = regexp.MustCompile("</?(details|summary)>|&#[0-9]+;|`[-_./:A-Za-z0-9]*`|(?m)^(## |- |\\| )|\\*\\*[^*]*\\*\\*")

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

// What a plan says is said in a word first.
func TestVerdict(t *testing.T) {
	done := migrate.Tally{Total: 2, Created: 2}
	for _, tt := range []struct {
		name string
		page report.PlanPage
		want report.Call
	}{
		{"all can go", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: done}}}, report.CallGo},
		{"nothing to do", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: migrate.Tally{Total: 2, Unchanged: 2}}}}, report.CallDone},
		{"one is blocked", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: done, Conversations: migrate.Tally{Blocked: 1}}}}, report.CallFix},
		{"one failed", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: migrate.Tally{Failed: 1}}}}, report.CallFix},
		{"a run would ask", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: done}}, Unaccepted: []mapping.LossCode{mapping.LossArrivalTime}}, report.CallNotYet},
		{"too little is kept", report.PlanPage{Plan: &report.Plan{Summary: migrate.Summary{Messages: migrate.Tally{Failed: 1}}}, Refusal: "fidelity"}, report.CallNotYet},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.page.Verdict(); got.Call != tt.want || len(got.Reasons) == 0 {
				t.Errorf("the verdict is %s, not %s: %q", got.Call, tt.want, got.Reasons)
			}
		})
	}
}

// Of a great many conversations the weightiest are shown, and the rest counted.
func TestPreviewsAreBounded(t *testing.T) {
	const n = 30_000
	s := new(report.Sampler)
	for i := range n {
		sid := mapping.ConversationSID(fmt.Sprintf("CH%032x", i))
		must(t, s.Change(hostileMessage(sid, i, i)))
		c := hostileConversation(sid, i)
		if i == n-1 {
			c.Status = mapping.StatusBlocked
		}
		must(t, s.Conversation(c))
	}
	p := s.Finish()
	if p.Len() == 0 || p.Len() > 2000 || int64(p.Len())+p.Dropped != n {
		t.Errorf("%d are kept, %d dropped, of %d", p.Len(), p.Dropped, n)
	}
	page := &report.PlanPage{Plan: report.NoPlan(), Previews: p}
	html := written(t, func(w *bytes.Buffer) error { return page.WriteHTML(w) })
	if last := fmt.Sprintf("CH%032x", n-1); !bytes.Contains(html, []byte(last)) {
		t.Errorf("the last one, which is blocked, is not shown")
	}
	if len(html) > 6<<20 {
		t.Errorf("they take %d bytes", len(html))
	}
}
