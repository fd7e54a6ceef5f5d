package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// switched is a verification of two services, after which nothing speaks against the
// switch: one conversation is left out, one is blocked.
func switched() *migrate.Verification {
	sum := func(total, carried, blocked int64) migrate.Tally {
		return migrate.Tally{Total: total, Unchanged: carried, Blocked: blocked}
	}
	one := migrate.ServiceSummary{
		Service: "IS1", Summary: migrate.Summary{Conversations: sum(10, 8, 2), Messages: sum(100, 70, 30), Participants: sum(20, 16, 4), Users: sum(9, 9, 0)},
		LeftOut: migrate.LeftOut{Conversations: 1, Participants: 3, Messages: 20},
	}
	two := migrate.ServiceSummary{Service: "IS2", Summary: migrate.Summary{Conversations: sum(1, 1, 0), Messages: sum(5, 5, 0), Media: sum(2, 2, 0)}}
	none := migrate.ServiceSummary{Summary: migrate.Summary{Users: sum(1, 1, 0)}}
	return &migrate.Verification{
		Services: []migrate.ServiceSummary{none, one, two},
		Summary: migrate.Summary{
			Conversations: sum(11, 9, 2), Messages: sum(105, 75, 30), Participants: sum(20, 16, 4), Users: sum(10, 10, 0), Media: sum(2, 2, 0),
		},
	}
}

func TestCutoverDecides(t *testing.T) {
	late := []migrate.Waiting{{Conversation: "CH1", Messages: 1}}
	for _, tt := range []struct {
		name   string
		change func(*report.CutoverPage)
		want   []string // against it
	}{
		{"all is well", func(*report.CutoverPage) {}, nil},
		{"a sum is wrong", func(p *report.CutoverPage) { p.Summary.Messages.Total++ }, []string{"2 sums do not add up"}},
		{"a difference", func(p *report.CutoverPage) {
			p.Differences = []migrate.Difference{{Path: "x"}}
			p.MoreDifferences = 1
		}, []string{"2 differences between Twilio and ACS"}},
		{"failed, in doubt, not carried", func(p *report.CutoverPage) {
			m := &p.Summary.Messages
			m.Total, m.Failed, m.Open, m.Pending = m.Total+6, 1, 2, 3
		}, []string{"1 item is not as it should be", "2 items are in doubt", "3 items have not been carried over"}},
		{"people still write", func(p *report.CutoverPage) { p.Writers, p.MoreWriters = late, 4 }, []string{"5 conversations still get messages"}},
		{"which is tolerated", func(p *report.CutoverPage) {
			p.Writers, p.Tolerated = late, true
			p.Summary.Messages.Total, p.Summary.Messages.Pending = p.Summary.Messages.Total+1, 1
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &report.CutoverPage{Verification: switched()}
			tt.change(p)
			if diff := cmp.Diff(tt.want, p.Against()); diff != "" {
				t.Errorf("against it (-want +got):\n%s", diff)
			}
			if p.Go() != (tt.want == nil) || p.Go() != (p.Headline() == "Go") || p.Go() != (p.Class() == report.CallGo) {
				t.Errorf("go %t, %q, %q", p.Go(), p.Headline(), p.Class())
			}
		})
	}
}

func TestCutoverBalances(t *testing.T) {
	p := &report.CutoverPage{Verification: switched()}
	all := p.All()
	var names []string
	for _, s := range all {
		names = append(names, s.Name())
		for _, b := range s.Kinds {
			if !b.AddsUp() {
				t.Errorf("%s: %+v does not add up", s.Name(), b)
			}
		}
	}
	if diff := cmp.Diff([]string{"In all", "IS1", "IS2", "No service"}, names); diff != "" {
		t.Error(diff)
	}
	want := report.Balance{Kind: "messages", Source: 105, Carried: 75, Blocked: 10, LeftOut: 20}
	if diff := cmp.Diff(want, all[0].Kinds[1]); diff != "" {
		t.Errorf("messages in all (-want +got):\n%s", diff)
	}
	markdown := string(written(t, func(w *bytes.Buffer) error { return p.WriteMarkdown(w) }))
	for _, row := range []string{
		"## Cutover: Go\n", "### `IS1`\n", "| messages | 100 | 70 | 10 | 20 | 0 | 0 | 0 | yes |\n", "- 24 items are left out, as somebody decided\n",
	} {
		if !strings.Contains(markdown, row) {
			t.Errorf("%q is not in\n%s", row, markdown)
		}
	}
}

// hostileCutover is a page with texts that somebody may have written to do harm.
func hostileCutover() *report.CutoverPage {
	v := hostileVerification().Verification
	for i := range hostile {
		v.Services = append(v.Services, migrate.ServiceSummary{Service: mapping.ServiceSID(nasty(i)), Summary: migrate.Summary{Messages: migrate.Tally{Total: 1}}})
	}
	p := &report.CutoverPage{Verification: v, Source: nasty(1), Destination: nasty(4), Next: nasty(0), MoreWriters: 2}
	for i := range hostile {
		p.Writers = append(p.Writers, migrate.Waiting{Conversation: mapping.ConversationSID(nasty(i)), Messages: 1})
	}
	return p
}

// Nothing that people wrote does anything in the page.
func TestCutoverHTMLInBrowser(t *testing.T) {
	p := hostileCutover()
	b := browse(t, written(t, func(w *bytes.Buffer) error { return p.WriteHTML(w) }))
	if got := eval[string](b, `document.querySelector("h1").textContent`); got != "No go" {
		t.Errorf("the page is headed %q", got)
	}
	b.fits(390)
	b.harmless()
}

func TestProtocolEntry(t *testing.T) {
	e := report.ProtocolEntry{
		At: time.Date(2025, 3, 1, 22, 30, 7, 0, time.FixedZone("CET", 3600)), Step: "decision: Go",
		Facts: []string{"frozen 2025-03-01 22:30:00 UTC: somebody says so", ":tada: https://evil.example"}, Commands: []string{"twilio2acs cutover\n## not a heading"},
		Balances: (&report.CutoverPage{Verification: switched()}).All()[:1],
	}
	got := string(written(t, func(w *bytes.Buffer) error { return e.WriteMarkdown(w) }))
	want := `## 2025-03-01 21:30:07 UTC · decision: Go

- frozen 2025-03-01 22:30:00 UTC: somebody says so
- &#58;&#8203;tada: https&#58;&#8203;//evil.example

    twilio2acs cutover
    ## not a heading

In all:

| Kind | Source | Carried | Blocked | Left out | Pending | Open | Failed | Adds up |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| conversations | 11 | 9 | 1 | 1 | 0 | 0 | 0 | yes |
| messages | 105 | 75 | 10 | 20 | 0 | 0 | 0 | yes |
| people | 10 | 10 | 0 | 0 | 0 | 0 | 0 | yes |
| participants | 20 | 16 | 1 | 3 | 0 | 0 | 0 | yes |
| files | 2 | 2 | 0 | 0 | 0 | 0 | 0 | yes |

`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
}

// FuzzProtocolEntry looks for a text that becomes markup, or leaves its block.
func FuzzProtocolEntry(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, text)
	}
	f.Add(":tada: 22:30:00", "a\rb\n\n# c")
	f.Fuzz(func(t *testing.T, fact, command string) {
		e := report.ProtocolEntry{Step: fact, Facts: []string{fact}, Commands: []string{command}}
		got := string(written(t, func(w *bytes.Buffer) error { return e.WriteMarkdown(w) }))
		var rest strings.Builder
		for line := range strings.Lines(got) {
			if !strings.HasPrefix(line, "    ") {
				rest.WriteString(line)
			}
		}
		checkMarkdown(t, rest.String())
	})
}
