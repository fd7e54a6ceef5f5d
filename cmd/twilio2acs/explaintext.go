package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/dustin/go-humanize"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// writeExplanation tells people what became of an item.
func writeExplanation(t *textWriter, e *explanation, now time.Time) {
	if !e.AsOf.IsZero() {
		t.printf("A run is going on; this is how things stood %s.\n", ago(e.AsOf, now))
	}
	switch e.Kind {
	case "user":
		explainUser(t, e.User)
	case "participant":
		explainParticipant(t, e.Participant, e.Conversation)
	case "media":
		explainMedia(t, e.Media)
	case "message":
		explainMessage(t, e.Message, e.Conversation)
	default:
		explainConversation(t, e, now)
	}
	explainAttempts(t, e.Attempts)
}

func explainUser(t *textWriter, p *mapping.PersonRecord) {
	t.heading("%s %s", p.Key.Kind, lineOf(nameOf(p)))
	switch {
	case p.ID != "":
		t.fact("ACS user", string(p.ID))
	case !p.BegunAt.IsZero():
		t.fact("ACS user", "its creation was begun and got no answer: the next run makes another one")
	default:
		t.fact("ACS user", "none yet")
	}
	t.fact("Twilio user", string(p.UserSID))
	t.fact("service", string(p.Key.Service))
	t.note(int64(p.Unused), "identity may exist in ACS without any use", "identities may exist in ACS without any use")
}

// nameOf is what a person is called.
func nameOf(p *mapping.PersonRecord) string {
	if p.DisplayName == "" || p.DisplayName == p.Key.Name {
		return p.Key.Name
	}
	return fmt.Sprintf("%s (%s)", p.Key.Name, p.DisplayName)
}

func explainParticipant(t *textWriter, m *mapping.MemberRecord, c *mapping.ThreadRecord) {
	t.heading("participant %s of conversation %s", m.Metadata[mapping.KeyParticipantSID], c.Conversation)
	t.fact("ACS user", string(m.ID))
	t.fact("shown as", lineOf(m.DisplayName))
	if m.Left {
		t.printf("  has left the conversation and was taken out of the thread\n")
	}
	if m.Outdated {
		t.printf("  name, role or attributes have changed in Twilio since: ACS cannot change a member\n")
	}
}

func explainMedia(t *textWriter, m *mapping.MediaRecord) {
	t.heading("file %s of conversation %s", m.SID, m.Conversation)
	if m.Missing != "" {
		t.fact("not carried", m.Missing)
		return
	}
	t.fact("key", lineOf(m.Key))
	t.fact("size", humanize.Comma(m.Size)+" bytes")
	t.fact("SHA-256", m.SHA256)
}

func explainMessage(t *textWriter, m *explainedMessage, c *mapping.ThreadRecord) {
	t.heading("message %s, index %d of conversation %s", m.SID, m.Index, c.Conversation)
	t.fact("thread", string(c.Thread))
	ids := make([]string, len(m.IDs))
	for i, id := range m.IDs {
		ids[i] = string(id)
	}
	t.fact("ACS message", strings.Join(ids, ", "))
	if m.Stub {
		t.printf("  ACS refused it for good: a stub stands in its place, the content in the sidecar\n")
	}
	a := m.Amendment
	if a == nil {
		return
	}
	for _, fact := range []struct {
		is   bool
		text string
	}{
		{a.Deleted, "gone in Twilio, and deleted in ACS"},
		{a.Late, "found only after later messages had been carried: it stands behind them"},
		{a.Foreign, "changed by somebody in ACS, and not kept in step with Twilio any more"},
		{len(a.Written) > 0 && !a.Foreign && !a.Deleted, "edited in Twilio after it was carried, and then in ACS"},
	} {
		if fact.is {
			t.printf("  %s\n", fact.text)
		}
	}
}

func explainConversation(t *textWriter, e *explanation, now time.Time) {
	c := e.Conversation
	t.heading("conversation %s: %s", c.Conversation, statusWord(c.Status))
	if c.Status != mapping.StatusDone && c.Reason != "" {
		t.printf("  since %s: %s\n", ago(c.Since, now), reason(c.Step, c.Reason))
	}
	t.fact("thread", string(c.Thread))
	if c.Thread == "" && c.CreationKey != "" {
		t.fact("thread", "its creation was begun "+ago(c.BegunAt, now)+" and got no answer yet")
	}
	t.fact("read by", string(c.Acting()))
	t.fact("messages", humanize.Comma(e.Messages)+" carried")
	here := 0
	for _, m := range c.Members {
		if !m.Left {
			here++
		}
	}
	t.fact("members", fmt.Sprintf("%d, and %d for the time of writing", here, len(c.Temporary)))
	if len(c.Foreign) > 0 {
		t.fact("left alone", strings.Join(c.Foreign, ", ")+": changed in ACS")
	}
	for _, code := range slices.Sorted(maps.Keys(c.Losses)) {
		t.fact("loss", fmt.Sprintf("%s ×%d: %s", code, c.Losses[code], code.Info().Title))
	}
}

func statusWord(s mapping.Status) string {
	if s == mapping.StatusPending {
		return "not begun"
	}
	return string(s)
}

// explainAttempts lists the calls that did not succeed at once.
func explainAttempts(t *textWriter, attempts []mapping.Attempt) {
	if len(attempts) == 0 {
		return
	}
	t.printf("\n")
	t.heading("Attempts that did not succeed at once, and what followed:")
	for _, a := range attempts {
		t.printf("  %s  %s: %s", a.At.Format(time.RFC3339), a.Operation, a.Outcome)
		if a.Status != 0 {
			t.printf(", status %d", a.Status)
		}
		if a.RequestID != "" {
			t.printf(", request %s", a.RequestID)
		}
		t.printf("\n")
		if a.Error != "" {
			t.printf("    %s\n", a.Error)
		}
	}
}

// fact writes a name and what is known under it, unless that is nothing.
func (t *textWriter) fact(name, value string) {
	if value != "" {
		t.printf("  %-12s %s\n", name, value)
	}
}

// lineOf is a text of people's as it may be shown on a terminal: on one line, and
// without anything that would move its cursor or change its colours.
func lineOf(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
