package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// findings writes what deserves a look before a migration.
func (r *planResult) findings(t *textWriter) {
	if !slices.ContainsFunc(r.Findings, func(f report.Finding) bool { return f.Count > 0 }) {
		return
	}
	t.printf("\n")
	t.heading("What to look at first:")
	for _, f := range r.Findings {
		if f.Count == 0 {
			continue
		}
		t.printf("  %s × %s%s\n", humanize.Comma(f.Count), f.Title, t.color.paint(dim, kindsOf(f)))
		if t.verbose {
			for _, e := range f.Examples {
				t.printf("      %s\n", t.color.paint(dim, exampleOf(e)))
			}
		}
	}
}

func kindsOf(f report.Finding) string {
	var kinds []string
	for kind, n := range f.Kinds {
		kinds = append(kinds, humanize.Comma(n)+" "+shortened(kind))
	}
	if len(kinds) == 0 {
		return ""
	}
	slices.Sort(kinds)
	return " (" + strings.Join(kinds, ", ") + ")"
}

func exampleOf(e report.Example) string {
	parts := []string{shortened(e.Item)}
	if e.Conversation != "" && string(e.Conversation) != e.Item {
		parts = append(parts, "in "+string(e.Conversation))
	}
	if e.Detail != "" {
		parts = append(parts, shortened(e.Detail))
	}
	if e.Size > 0 {
		parts = append(parts, humanize.Comma(e.Size))
	}
	return strings.Join(parts, ", ")
}

// prospects writes what a run would take, and what it would set off.
func (r *planResult) prospects(t *textWriter) {
	t.printf("\n")
	t.heading("What to expect:")
	t.fact("conversations", lengthsOf(r.Lengths))
	t.fact("kept in ACS", fmt.Sprintf("%.2f %% of all fields (%s native, %s in metadata; %s beside it, %s lost)", r.Fidelity.Percent,
		humanize.Comma(r.Fidelity.Native), humanize.Comma(r.Fidelity.Metadata), humanize.Comma(r.Fidelity.Sidecar), humanize.Comma(r.Fidelity.Lost)))
	if r.Moving {
		t.fact("as of", r.ReadAt.Format(time.RFC3339)+"; the account goes on changing, and a run finds what has been written since")
	}
	if b := r.Bytes; b.TextToCarry+b.FilesToCarry > 0 {
		t.fact("to carry", fmt.Sprintf("%s of text, %s of files", bytesOf(b.TextToCarry), bytesOf(b.FilesToCarry)))
	}
	if !r.MediaChecked {
		t.fact("files", "not looked for: --check-media asks Twilio for each")
	}
	r.estimate(t)
	r.events(t)
	r.Forecast.write(t)
}

// lengthsOf is how many conversations have how many messages.
func lengthsOf(buckets []report.Bucket) string {
	var parts []string
	for i, b := range buckets {
		if b.Conversations == 0 {
			continue
		}
		size := "without a message"
		switch {
		case i == len(buckets)-1:
			size = "of " + humanize.Comma(b.From) + " messages and more"
		case b.From > 0:
			size = fmt.Sprintf("of %s–%s messages", humanize.Comma(b.From), humanize.Comma(buckets[i+1].From-1))
		}
		parts = append(parts, humanize.Comma(b.Conversations)+" "+size)
	}
	return strings.Join(parts, " · ")
}

// estimate writes what a run takes in time and money.
func (r *planResult) estimate(t *textWriter) {
	e := r.Estimate
	if e.Cost.Messages == 0 && e.Seconds == 0 {
		return
	}
	took := "no time to speak of"
	if e.Seconds > 0 {
		took = fmt.Sprintf("at least %s at the published limits, bound by the %s", shortly(time.Duration(e.Seconds)*time.Second), e.BoundBy)
	}
	t.fact("time", took)
	if t.verbose {
		for _, th := range e.Longest {
			t.fact("", t.color.paint(dim, fmt.Sprintf("%s  %s, %s  %s", th.SID, plural(th.Writes, "write", "writes"), shortly(time.Duration(th.Seconds)*time.Second), shortened(th.Topic))))
		}
	}
	t.fact("cost", fmt.Sprintf("%.2f %s for %s at %v each (%s; look at the current price)", e.Cost.Total, e.Cost.Currency,
		plural(e.Cost.Messages, "message", "messages"), e.Cost.Price, e.Cost.AsOf))
}

// events writes what listens on the side of ACS will notice.
func (r *planResult) events(t *textWriter) {
	if r.Events.Total == 0 {
		return
	}
	t.fact("sets off", fmt.Sprintf("up to %s and %s", plural(r.Events.Total, "Event Grid event", "Event Grid events"), plural(r.Events.Push, "push notification", "push notifications")))
	for _, how := range r.Events.Quiet {
		t.fact("", t.color.paint(dim, "→ "+how))
	}
}
