package main

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/night"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// cutoverDocument is what cutover prints for machines.
type cutoverDocument struct {
	head
	Run     int             `json:"run"`
	Summary migrate.Summary `json:"summary"` // of the verification
	// Phase is what the next command begins with.
	Phase    night.Phase             `json:"phase"`
	Decision *night.Decision         `json:"decision,omitempty"`
	Services []report.ServiceBalance `json:"services,omitempty"`
	// Rounds counts those of the sync, and Backlog is what waited after the latest.
	Rounds  int              `json:"rounds"`
	Backlog *migrate.Backlog `json:"backlog,omitempty"`
	// Waiting are conversations that got messages after the freeze, or after the go.
	Waiting         []migrate.Waiting    `json:"waiting,omitempty"`
	MoreWaiting     int64                `json:"moreWaiting,omitempty"`
	Options         []freezeOption       `json:"freezeOptions,omitempty"`
	Differences     []migrate.Difference `json:"differences,omitempty"`
	MoreDifferences int                  `json:"moreDifferences,omitempty"`
	Problems        []migrate.Problem    `json:"problems,omitempty"`
	MoreProblems    int                  `json:"moreProblems,omitempty"`
	Journal         string               `json:"journal"`
	Protocol        string               `json:"protocol"`
	Exit            int                  `json:"exit"`
	Error           *failure             `json:"error,omitempty"`
	Seconds         float64              `json:"seconds"`
}

// tell tells of a step as it is done: text to people, or a line under its kind.
func (c *cutover) tell(kind string, v any, text func(*textWriter)) {
	switch c.output.format.value {
	case formatJSON: // one document, at the end
	case formatJSONL:
		printLine(c.s.out, map[string]any{"type": kind, kind: v})
	default:
		text(&textWriter{w: c.s.out, color: painter(c.s.color)})
	}
}

// say tells people alone.
func (c *cutover) say(format string, args ...any) {
	if c.output.format.value == formatText {
		t := &textWriter{w: c.s.out, color: painter(c.s.color)}
		t.printf(format+"\n", args...)
	}
}

// begin tells people what is done from here on.
func (c *cutover) begin(what string) {
	if c.output.format.value != formatText {
		return
	}
	t := &textWriter{w: c.s.out, color: painter(c.s.color)}
	if c.begun {
		t.printf("\n")
	}
	c.begun = true
	t.heading("%s", what)
}

// next tells people what to go on with.
func (c *cutover) next(format string, args ...any) {
	if c.output.format.value == formatText {
		(&textWriter{w: c.s.out, color: painter(c.s.color)}).next(fmt.Sprintf(format, args...))
	}
}

// tellWaiting names conversations with messages that nobody should have written.
func (c *cutover) tellWaiting(kind string, list []migrate.Waiting, more int64) {
	for _, w := range list {
		c.tell(kind, w, func(t *textWriter) { t.printf("  %s\n", waitingText(w)) })
	}
	if more > 0 {
		c.say("  … and %s more conversations", humanize.Comma(more))
	}
}

// found tells machines of a difference as soon as it is found.
func (c *cutover) found(d migrate.Difference) {
	if c.output.format.value == formatJSONL {
		c.tell("difference", d, nil)
	}
}

// decided tells of the decision and the sums that it stands on.
func (c *cutover) decided(p *report.CutoverPage) {
	v := p.Verification
	c.doc.Summary, c.doc.Services, c.doc.Decision = v.Summary, p.ByService(), c.journal.Decision
	c.doc.Differences, c.doc.MoreDifferences = v.Differences, v.MoreDifferences
	c.doc.Problems, c.doc.MoreProblems = v.Problems, v.MoreProblems
	c.tell("decision", c.journal.Decision, func(t *textWriter) {
		ink := green
		if !p.Go() {
			ink = red
		}
		t.printf("\n%s\n", t.color.paint(ink, p.Headline()))
		for _, a := range p.Against() {
			t.printf("  %s\n", t.color.paint(red, a))
		}
		for _, s := range p.Statements() {
			t.printf("  %s\n", s)
		}
		t.balances(p)
		t.differences(v.Differences, v.MoreDifferences)
		t.problems(v.Problems, v.MoreProblems)
	})
	if p.Go() {
		c.next("switch the application over; for messages that arrive late: %s\n      and should you have to go back: %s", c.again, c.wayBack())
	} else {
		c.next("%s\n      or call it off: undo the freeze, by the commands in %s", c.again, c.doc.Protocol)
	}
}

// wayBack is the command that reads out what people write after the decision.
func (c *cutover) wayBack() string {
	return c.back + " --since " + c.journal.Decision.At.Format(time.RFC3339)
}

// balances shows where everything went, service by service.
func (t *textWriter) balances(p *report.CutoverPage) {
	for _, s := range p.All() {
		t.printf("\n%s\n", t.color.paint(bold, s.Name()))
		const columns = "  %-13s  %9s = %9s + %9s + %9s + %9s + %9s + %9s"
		t.printf(columns+"\n", "", "source", "carried", "blocked", "left out", "pending", "open", "failed")
		for _, b := range s.Kinds {
			t.printf(columns, b.Kind, humanize.Comma(b.Source), humanize.Comma(b.Carried), humanize.Comma(b.Blocked),
				humanize.Comma(b.LeftOut), humanize.Comma(b.Pending), humanize.Comma(b.Open), humanize.Comma(b.Failed))
			if !b.AddsUp() {
				t.printf("  %s", t.color.paint(red, "does not add up: "+humanize.Comma(b.Sum())))
			}
			t.printf("\n")
		}
	}
}

// print prints the document and returns how the command ends.
func (c *cutover) print(err error) error {
	if c.journal != nil {
		c.doc.Phase, c.doc.Rounds = c.journal.Phase, c.journal.Rounds
	}
	c.doc.Exit, c.doc.Error = exitCode(err), failureOf(err)
	switch c.output.format.value {
	case formatJSON:
		printDocument(c.s.out, c.doc)
	case formatJSONL:
		c.doc.Type = lastLine(c.doc.Error)
		c.doc.Differences, c.doc.MoreDifferences = nil, 0
		printLine(c.s.out, c.doc)
	default:
		if c.doc.Protocol != "" {
			c.say("\nProtocol: %s", c.doc.Protocol)
		}
	}
	if err == nil {
		return nil
	}
	return &reportedError{err}
}
