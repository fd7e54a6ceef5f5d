package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// textWriter writes results for people.
type textWriter struct {
	w       *resultWriter // keeps the error of writing
	color   painter
	verbose bool
}

func (t *textWriter) printf(format string, args ...any) { fmt.Fprintf(t.w, format, args...) }

func (t *textWriter) heading(format string, args ...any) {
	t.printf("%s\n", t.color.paint(bold, fmt.Sprintf(format, args...)))
}

// words are what the counters of a tally are called.
type words struct{ created, deleted, unchanged, pending string }

var (
	doneWords = words{"created", "deleted", "unchanged", "not carried over"}
	planWords = words{"to create", "deleted", "unchanged", "not to be carried over"}
)

// summary writes a line for each kind of item, its counters in the order in
// which people ask for them.
func (t *textWriter) summary(s migrate.Summary, w words) {
	kinds := []struct {
		name  string
		tally migrate.Tally
	}{
		{"users", s.Users}, {"conversations", s.Conversations}, {"participants", s.Participants},
		{"messages", s.Messages}, {"media", s.Media},
	}
	width := 0
	for _, k := range kinds {
		width = max(width, len(humanize.Comma(firstCount(k.tally))))
	}
	for _, k := range kinds {
		t.printf("  %-13s  %s\n", k.name, t.counters(k.tally, w, width))
	}
}

// counts are the counters of a tally but for the total, in order.
func counts(t migrate.Tally, w words) []counted {
	return []counted{
		{t.Created, w.created, false}, {t.Updated, "updated", false}, {t.Deleted, w.deleted, false},
		{t.Unchanged, w.unchanged, false}, {t.Unchecked, "not checked", false},
		{t.Pending, w.pending, true}, {t.Open, "open", true}, {t.Failed, "failed", true}, {t.Blocked, "blocked", true},
	}
}

// counted is a counter that may call for attention.
type counted struct {
	n         int64
	name      string
	attention bool
}

func firstCount(t migrate.Tally) int64 {
	for _, c := range counts(t, words{}) {
		if c.n > 0 {
			return c.n
		}
	}
	return 0
}

func (t *textWriter) counters(tally migrate.Tally, w words, width int) string {
	var parts []string
	for _, c := range counts(tally, w) {
		if c.n == 0 {
			continue
		}
		text := humanize.Comma(c.n) + " " + c.name
		if len(parts) == 0 {
			text = fmt.Sprintf("%*s %s", width, humanize.Comma(c.n), c.name)
		}
		if c.attention {
			text = t.color.paint(yellow, text)
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return fmt.Sprintf("%*s", width, "none")
	}
	return strings.Join(parts, " · ")
}

// problems lists what needs a person.
func (t *textWriter) problems(problems []migrate.Problem, more int) {
	if len(problems) == 0 {
		return
	}
	t.printf("\n")
	t.heading("Needs attention:")
	for _, p := range problems {
		t.printf("  %s  %s\n", t.color.paint(yellow, fmt.Sprintf("%-7s", p.Status)), p.Item)
		t.printf("           %s\n", reason(p.Step, p.Reason))
	}
	if more > 0 {
		t.printf("  … and %s more\n", humanize.Comma(int64(more)))
	}
}

// reason is why something is not done, and at which step it came up.
func reason(step, why string) string {
	if step == "" {
		return why
	}
	return step + ": " + why
}

// note writes a fact beside the counters, unless there is none of it.
func (t *textWriter) note(n int64, one, many string) {
	if n > 0 {
		t.printf("  %s\n", plural(n, one, many))
	}
}

// next names the command to go on with.
func (t *textWriter) next(command string) {
	if command != "" {
		t.printf("\n%s %s\n", t.color.paint(bold, "Next:"), command)
	}
}

// plural is "1 file" or "2 files".
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return humanize.Comma(n) + " " + many
}

// shortly is a duration as people say it.
func shortly(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	default:
		return d.Round(time.Second).String()
	}
}
