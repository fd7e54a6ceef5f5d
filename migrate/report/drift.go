package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DriftError says that a saved plan no longer fits: a run would do something else
// than it says.
type DriftError struct {
	SavedAt time.Time
	// Drifts are what has changed since, at most twenty; More counts those beyond.
	Drifts []Drift
	More   int
}

// Drift is one thing that is not as a saved plan has it.
type Drift struct {
	Item string `json:"item"` // SID of a conversation, or what else it is
	What string `json:"what"`
}

func (e *DriftError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the plan of %s no longer fits:", e.SavedAt.Format(time.RFC3339))
	for _, d := range e.Drifts {
		fmt.Fprintf(&b, "\n  %s: %s", d.Item, d.What)
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "\n  … and %d more", e.More)
	}
	return b.String()
}

// Hint is the remedy.
func (e *DriftError) Hint() string {
	return "look at what has changed and save a plan anew; a run that was begun with the plan goes on without it"
}

// maxDrifts is how many drifts an error names.
const maxDrifts = 20

// Comparison compares a saved plan with one that is made now. It is a Marker that
// has to be finished.
type Comparison struct {
	*Marker
	saved *Saved
	err   DriftError
}

// Compare begins to compare with a plan that is made on b. Saved is used up by it.
func (s *Saved) Compare(b Basis) *Comparison {
	c := &Comparison{saved: s, err: DriftError{SavedAt: s.SavedAt()}}
	c.basis(s.head.Basis, b)
	c.Marker = NewMarker(func(now Mark) error { c.mark(now); return nil })
	return c
}

// Finish is a *DriftError unless both plans say the same.
func (c *Comparison) Finish() error {
	gone := make([]string, 0, len(c.saved.marks))
	for sid := range c.saved.marks {
		gone = append(gone, string(sid))
	}
	slices.Sort(gone)
	for _, sid := range gone {
		c.note(sid, "is no longer there")
	}
	now := c.end()
	if now.People != c.saved.end.People {
		c.note("users", "are not the same, or have been created in ACS")
	}
	if now.Gone != c.saved.end.Gone {
		c.note("deletions", "what is gone in Twilio and would be deleted is not the same")
	}
	if len(c.err.Drifts) == 0 {
		return nil
	}
	return &c.err
}

func (c *Comparison) note(item, what string) {
	if len(c.err.Drifts) == maxDrifts {
		c.err.More++
		return
	}
	c.err.Drifts = append(c.err.Drifts, Drift{item, what})
}

// basis compares what both plans are made on.
func (c *Comparison) basis(was, now Basis) {
	for _, b := range []struct{ item, was, now string }{
		{"account", string(was.Binding.Account), string(now.Binding.Account)},
		{"region", was.Binding.Region, now.Binding.Region},
		{"media store", was.Binding.Media, now.Binding.Media},
		{"rules of the mapping", was.Binding.Rules, now.Binding.Rules},
	} {
		c.same(b.item, b.was, b.now)
	}
	if was.Binding.Resource != "" && now.Binding.Resource != "" {
		c.same("destination", was.Binding.Resource, now.Binding.Resource)
	}
	c.same("latest run in the ledger", strconv.Itoa(was.Run), strconv.Itoa(now.Run))
	if was.Run == now.Run && was.Counts != now.Counts {
		c.note("ledger", "it holds something else")
	}
	c.policies(was.Policies, now.Policies)
}

func (c *Comparison) same(item, was, now string) {
	if was != now {
		c.note(item, fmt.Sprintf("was %s, is %s", quoted(was), quoted(now)))
	}
}

// policies compares flags. One that is missing has no value.
func (c *Comparison) policies(was, now []Policy) {
	values := make(map[string]string)
	for _, p := range now {
		values[p.Name] = p.Value
	}
	for _, p := range was {
		c.same("--"+p.Name, p.Value, values[p.Name])
		delete(values, p.Name)
	}
	for _, p := range now {
		if value, ok := values[p.Name]; ok {
			c.same("--"+p.Name, "", value)
		}
	}
}

// quoted is a value as a sentence has it.
func quoted(value string) string {
	if value == "" {
		return "not set"
	}
	return strconv.Quote(value)
}

// mark compares one conversation.
func (c *Comparison) mark(now Mark) {
	was, known := c.saved.marks[now.SID]
	delete(c.saved.marks, now.SID)
	if !known {
		c.note(string(now.SID), "is new")
		return
	}
	if what := was.changed(now); what != "" {
		c.note(string(now.SID), what)
	}
}

// changed says what of a conversation is not as it was; empty when nothing is.
func (m Mark) changed(now Mark) string {
	more := now.Messages - m.Messages
	switch {
	case more != 0 && m.Last != now.Last:
		return fmt.Sprintf("%s, the last one now has index %d instead of %d", countMore(more), now.Last, m.Last)
	case more != 0:
		return countMore(more)
	case m.Source != now.Source:
		return "its topic, members, or messages have been changed in Twilio"
	case m.Outcome != now.Outcome:
		return "something else would become of it: the ledger or its files are not the same"
	}
	return ""
}

// countMore is "2 more messages" or "1 fewer message".
func countMore(n int64) string {
	word, unit := "more", "messages"
	if n < 0 {
		word, n = "fewer", -n
	}
	if n == 1 {
		unit = "message"
	}
	return fmt.Sprintf("%d %s %s", n, word, unit)
}
