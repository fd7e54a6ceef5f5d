package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/dustin/go-humanize"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// write tells people what became of the item.
func (e *explanation) write(t *textWriter) {
	for i, x := range e.Found {
		if i > 0 {
			t.printf("\n")
		}
		x.tell(t)
	}
	t.note(int64(e.MoreFound), "more has this name", "more have this name")
	if !e.AsOf.IsZero() {
		t.printf("\n  from a copy of the ledger of %s\n", e.AsOf.Format(time.RFC3339))
	}
	t.printf("\n  %s\n", t.color.paint(dim, "every call, with the IDs above, stands in the file that run was given with --log-file"))
}

// fact writes what is known by a name; nothing where it is not known.
func (t *textWriter) fact(name, value string) {
	if value != "" {
		t.printf("  %-13s  %s\n", name, value)
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

// facts writes what is so, out of several things.
func (t *textWriter) facts(of ...fact) {
	for _, f := range of {
		if f.so {
			t.printf("  %-13s  %s\n", "", f.text)
		}
	}
}

type fact struct {
	so   bool
	text string
}

func (p problem) tell(t *textWriter, name string) {
	since := ""
	if !p.Since.IsZero() {
		since = ", since " + p.Since.Format(time.RFC3339)
	}
	t.fact(name, string(p.Status)+since)
	if p.Reason != "" {
		t.fact("", t.color.paint(yellow, reason(p.Step, p.Reason)))
	}
}

func (x explainedConversation) tell(t *textWriter) {
	t.heading("Conversation %s", x.Conversation)
	x.problem.tell(t, "status")
	t.fact("thread", string(x.Thread))
	if x.Thread == "" && !x.Begun.IsZero() {
		t.fact("thread", "its creation was begun "+x.Begun.Format(time.RFC3339)+" and got no answer yet")
	}
	t.fact("created by", string(x.Creator))
	t.fact("acted in by", string(x.Actor))
	t.fact("service", string(x.Service))
	t.fact("holds", fmt.Sprintf("%s, %s, %s", plural(int64(x.Participants), "participant", "participants"),
		plural(x.Messages, "message", "messages"), plural(x.Files, "file", "files")))
	t.fact("sidecar", cmp.Or(x.SidecarURL, x.Sidecar))
	if v := x.Verification; v != nil {
		t.fact("verified", v.At.Format(time.RFC3339)+", "+plural(int64(v.Differences), "difference", "differences"))
	}
	t.note(int64(x.Temporary), "member leaves once the history is written", "members leave once the history is written")
	t.note(int64(len(x.Doubtful)), "message was sent again after it had been absent for long enough", "messages were sent again after they had been absent for long enough")
	t.note(int64(len(x.Dropped)), "ACS message was sent and deleted again", "ACS messages were sent and deleted again")
	if x.Parts != nil {
		t.printf("  message %s is being sent in %d parts\n", x.Parts.Message, x.Parts.Count)
	}
	if len(x.Foreign) > 0 {
		t.printf("  people have changed in ACS: %s\n", strings.Join(x.Foreign, ", "))
	}
	t.verbose = true // there are few, and somebody asks for them
	t.losses(x.Losses)
	t.attempts(x.Attempts)
}

func (x explainedMessage) tell(t *textWriter) {
	if x.Kind == "dropped" {
		t.heading("ACS message %s of conversation %s", x.Parts[0], x.Conversation)
		t.fact("", "a run sent it and deleted it again: a part of a message that changed meanwhile, or a double")
		t.fact("thread", string(x.Thread))
		return
	}
	t.heading("Message %s, %s", x.SID, x.State)
	t.fact("conversation", string(x.Conversation))
	x.problem.tell(t, "  its status")
	t.fact("thread", string(x.Thread))
	if len(x.Parts) > 0 {
		t.fact("index", strconv.FormatInt(x.Index, 10))
		t.fact("ACS messages", joined(x.Parts))
	}
	t.facts(
		fact{x.Stub, "ACS refused it for good: a stub stands in its place, all of it in the sidecar"},
		fact{x.Edited, "it was edited in Twilio later, and in ACS accordingly"},
		fact{x.Late, "it came to light after later ones had been sent: it stands behind them"},
		fact{x.Deleted, "it was deleted in Twilio later, and in ACS accordingly"},
		fact{x.Foreign, "somebody changed it in ACS: it is not kept in step with Twilio any more"},
	)
	if x.Sidecar != "" {
		t.fact("sidecar", cmp.Or(x.SidecarURL, x.Sidecar))
		t.fact("", "which is there only if something of the message did not fit")
	}
	t.attempts(x.Attempts)
}

func (x explainedMedia) tell(t *textWriter) {
	t.heading("File %s", x.SID)
	t.fact("conversation", string(x.Conversation))
	t.fact("thread", string(x.Thread))
	if x.Missing != "" {
		t.fact("not carried", t.color.paint(yellow, x.Missing))
		return
	}
	t.fact("key", lineOf(x.Key))
	t.fact("URL", x.URL)
	t.fact("size", humanize.Comma(x.Size)+" bytes")
	t.fact("SHA-256", x.SHA256)
}

func (x explainedParticipant) tell(t *textWriter) {
	t.heading("Participant %s", x.SID)
	t.fact("conversation", string(x.Conversation))
	t.fact("thread", string(x.Thread))
	t.fact("user", string(x.User))
	t.fact("name", lineOf(x.Name))
	t.fact("shown as", lineOf(x.DisplayName))
	t.facts(
		fact{x.Left, "has left the conversation, and was taken out of the thread"},
		fact{x.Outdated, "Twilio shows another name or other attributes now: ACS cannot change them"},
		fact{x.Read, "a read receipt was sent"},
	)
}

func (x explainedPerson) tell(t *textWriter) {
	t.heading("%s %s", personKinds[mapping.PersonKind(x.Kind)], lineOf(x.Name))
	t.fact("user", string(x.User))
	t.fact("service", string(x.Service))
	t.fact("Twilio user", string(x.UserSID))
	t.fact("shown as", lineOf(x.DisplayName))
	if !x.Begun.IsZero() {
		t.fact("begun", x.Begun.Format(time.RFC3339))
	}
	t.fact("member of", plural(int64(x.Conversations), "conversation", "conversations"))
	for _, c := range x.MemberOf {
		t.fact("", string(c))
	}
	if more := x.Conversations - len(x.MemberOf); more > 0 {
		t.fact("", "… and "+humanize.Comma(int64(more))+" more")
	}
	t.facts(
		fact{x.User == "" && x.Deleting == "" && x.Begun.IsZero(), "no user has been created yet"},
		fact{x.User == "" && !x.Begun.IsZero(), "the creation of the user got no answer: the next run makes another one"},
		fact{x.Deleting != "", "a rollback was deleting " + string(x.Deleting)},
		fact{x.Unused > 0, plural(int64(x.Unused), "identity", "identities") + " may exist besides: the answer to the creation was lost"},
	)
}

var personKinds = map[mapping.PersonKind]string{
	mapping.PersonUser: "User", mapping.PersonPlaceholder: "Placeholder for", mapping.PersonFormer: "Placeholder for who has left,",
	mapping.PersonKeeper: "Service user of the migration", mapping.PersonCanary: "Member of the canary",
}

// attempts lists calls that did not succeed at once.
func (t *textWriter) attempts(all []mapping.Attempt) {
	if len(all) == 0 {
		return
	}
	t.printf("\n")
	t.heading("Calls that did not succeed at once:")
	for _, a := range all {
		text := a.Outcome
		if a.Status != 0 {
			text += fmt.Sprintf(" (%d)", a.Status)
		}
		if a.RequestID != "" {
			text += "  request " + a.RequestID
		}
		t.printf("  %s  %s: %s\n", a.At.Format(time.RFC3339), a.Operation, text)
		if a.Error != "" {
			t.printf("      %s\n", lineOf(a.Error))
		}
	}
}

func joined(ids []mapping.ChatMessageID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return strings.Join(texts, ", ")
}
