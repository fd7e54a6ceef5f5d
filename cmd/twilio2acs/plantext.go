package main

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// How much of a plan stands on a screen. The rest is in --details and -o jsonl.
const (
	maxShownRows  = 40  // conversations
	maxShownParts = 5   // fields of one item, and changed items of one conversation
	maxShownValue = 100 // runes of a value
)

// signs are what the lines of a plan begin with, in the habit of diff.
var signs = map[migrate.Verb]struct {
	sign string
	ink  ink
}{
	migrate.VerbCreate:    {"+", green},
	migrate.VerbUpdate:    {"~", yellow},
	migrate.VerbDelete:    {"-", red},
	migrate.VerbUnchanged: {"=", dim},
	migrate.VerbBlocked:   {"!", red},
	migrate.VerbFailed:    {"!", red},
}

// write tells people what a run would do: the changes first, the sums last.
func (r *planResult) write(t *textWriter) error {
	t.heading("Plan: nothing was written.")
	if err := r.conversations(t); err != nil {
		return err
	}
	t.losses(r.Losses)
	r.findings(t)
	t.problems(r.Problems, r.MoreProblems)
	r.decisions(t)
	r.prospects(t)
	t.printf("\n")
	t.summary(r.Summary, planWords)
	t.note(r.Skipped, "damaged item is left out", "damaged items are left out")
	t.next(r.next)
	return nil
}

// conversations writes a line for each conversation that changes, with what of it
// does; those that stay as they are for who wants to know.
func (r *planResult) conversations(t *textWriter) error {
	changed := make(map[mapping.ConversationSID][]migrate.Change)
	for _, c := range r.Updates {
		changed[c.Conversation] = append(changed[c.Conversation], c)
	}
	var shown, hidden int64
	for row, err := range r.Rows() {
		switch {
		case err != nil:
			return err
		case row.Verb == migrate.VerbUnchanged && !t.verbose:
			continue
		case shown == maxShownRows && !t.verbose:
			hidden++
			continue
		case shown == 0:
			t.printf("\n")
		}
		shown++
		r.conversation(t, row, changed[row.SID])
	}
	if hidden > 0 {
		t.printf("  … and %s: --verbose lists them, --details FILE has every item\n", plural(hidden, "more conversation", "more conversations"))
	}
	return nil
}

func (r *planResult) conversation(t *textWriter, row report.Row, changes []migrate.Change) {
	t.printf("  %s %s  %s  %s\n", t.sign(row.Verb), row.SID, t.color.paint(bold, shortened(row.Topic)), rowCounts(row))
	if row.Reason != "" {
		t.printf("      %s\n", t.color.paint(yellow, lineOf(row.Reason)))
	}
	if row.Verb != migrate.VerbUpdate {
		return
	}
	for i, c := range changes {
		if i == maxShownParts {
			t.printf("      … and %s\n", plural(int64(len(changes)-i), "more changed item", "more changed items"))
			return
		}
		r.change(t, c)
	}
}

// change writes what becomes of one item, field by field.
func (r *planResult) change(t *textWriter, c migrate.Change) {
	t.printf("      %s %s %s %s\n", t.sign(c.Verb), c.Kind, lineOf(c.Item), shortened(c.Name))
	for i, f := range c.Fields {
		if i == maxShownParts {
			t.printf("          … and %s\n", plural(int64(len(c.Fields)-i), "more field", "more fields"))
			return
		}
		old := fmt.Sprintf("%q", shortened(f.Old))
		if f.Old == "" && !r.live {
			old = "(as it is)"
		}
		t.printf("          %s: %s → %q\n", f.Name, old, shortened(f.New))
	}
}

func (t *textWriter) sign(v migrate.Verb) string {
	s := signs[v]
	return t.color.paint(s.ink, s.sign)
}

// shortened is a text of people's that fits on a line.
func shortened(text string) string {
	text = lineOf(text)
	if runes := []rune(text); len(runes) > maxShownValue {
		return string(runes[:maxShownValue-1]) + "…"
	}
	return text
}

// rowCounts is what of a conversation changes, in numbers.
func rowCounts(row report.Row) string {
	var parts []string
	add := func(sign string, n int64, one, many string) {
		if n > 0 {
			parts = append(parts, sign+plural(n, one, many))
		}
	}
	m := row.Messages
	switch row.Verb {
	case migrate.VerbUnchanged, migrate.VerbBlocked, migrate.VerbFailed:
		add("", m.Total, "message", "messages")
	default:
		add("+", m.Create, "message", "messages")
		add("~", m.Update, "message", "messages")
		add("-", m.Delete, "message", "messages")
		add("+", row.Joined, "member", "members")
		add("-", row.Left, "member", "members")
		add("+", row.NewFiles, "file", "files")
	}
	return strings.Join(parts, ", ")
}

// bytesOf is a size as people read it.
func bytesOf(n int64) string { return humanize.IBytes(uint64(max(0, n))) }
