package killtest_test

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// An inspection compares what the server holds with what the snapshot says.
type inspection struct {
	// changed says that the source was not always as it is now: what ACS can never
	// change may be as it was then, and what was deleted has left a tombstone.
	changed bool
	// people says that people have written and read in the threads as well.
	people bool

	found   []string
	sends   int // of messages that stand in the threads
	foreign int // messages of people
}

func (in *inspection) find(format string, args ...any) {
	in.found = append(in.found, fmt.Sprintf(format, args...))
}

// account looks for one thread for each conversation, and no other.
func (in *inspection) account(got []emulator.DumpedThread, want wantedAccount) {
	threads := make(map[string][]emulator.DumpedThread)
	for _, th := range got {
		sid := th.Metadata[mapping.KeyConversationSID]
		threads[sid] = append(threads[sid], th)
	}
	for _, w := range want.conversations {
		sid := string(w.conversation.SID)
		if n := len(threads[sid]); n != 1 {
			in.find("%s has %d threads, want 1", sid, n)
		}
		for _, th := range threads[sid] {
			in.thread(th, w)
		}
		delete(threads, sid)
	}
	for sid, all := range threads {
		in.find("%d threads of %q, which is no conversation", len(all), sid)
	}
}

func (in *inspection) thread(got emulator.DumpedThread, w wanted) {
	sid := w.conversation.SID
	if got.Topic != w.draft.Topic {
		in.find("%s: topic %q, want %q", sid, got.Topic, w.draft.Topic)
	}
	if !maps.Equal(got.Metadata, w.draft.Metadata) {
		in.find("%s: metadata: %s", sid, cmp.Diff(got.Metadata, map[string]string(w.draft.Metadata)))
	}
	in.members(got, w)
	in.messages(got, w)
}

// members compares who is in a thread: everybody of the conversation, nobody
// else; where there is nobody, the keeper.
func (in *inspection) members(got emulator.DumpedThread, w wanted) {
	want := make(map[string]mapping.Member)
	for _, m := range w.draft.Members {
		want[personName(m.Key)] = m
	}
	if len(want) == 0 {
		want[personName(mapping.Keeper)] = mapping.Member{Key: mapping.Keeper}
	}
	for _, m := range got.Members {
		member, ok := want[m.User]
		delete(want, m.User)
		switch {
		case !ok:
			in.find("%s: %q is a member", w.conversation.SID, m.User)
		case in.changed:
		case m.Name != member.DisplayName || !maps.Equal(m.Metadata, member.Metadata):
			in.find("%s: member %q is %q %v, want %q %v", w.conversation.SID, m.User, m.Name, m.Metadata, member.DisplayName, member.Metadata)
		case !in.people && m.Read != w.readTo(member):
			in.find("%s: %q has read %d messages, want %d", w.conversation.SID, m.User, m.Read, w.readTo(member))
		}
	}
	for name := range want {
		in.find("%s: %q is no member", w.conversation.SID, name)
	}
}

// readTo is how many messages, part by part, a member is to have read.
func (w wanted) readTo(m mapping.Member) int {
	horizon := m.Participant.LastReadMessageIndex
	if horizon == nil || !m.Participant.IsChat() || len(w.draft.Members) > mapping.MaxReceiptMembers {
		return 0
	}
	read := 0
	for _, msg := range w.messages {
		if msg.Index <= *horizon {
			read += len(msg.draft.Parts)
		}
	}
	return read
}

// messages compares the messages of a thread: each part of each once, in order.
func (in *inspection) messages(got emulator.DumpedThread, w wanted) {
	var ours []emulator.DumpedMessage
	for _, m := range got.Messages {
		switch {
		case m.SenderName == passerby:
			in.foreign++
		case !m.Deleted:
			ours = append(ours, m)
		case !in.changed:
			in.find("%s: message %s was sent and deleted again", w.conversation.SID, m.Metadata[mapping.KeyMessageSID])
		}
	}
	in.sends += len(ours)
	in.order(ours, w)
	parts := make(map[string][]emulator.DumpedMessage)
	for _, m := range ours {
		sid := m.Metadata[mapping.KeyMessageSID]
		parts[sid] = append(parts[sid], m)
	}
	for _, m := range w.messages {
		sid := string(m.SID)
		if len(parts[sid]) == 0 {
			in.find("message %s (index %d) is lost", sid, m.Index)
			continue
		}
		in.message(parts[sid], m, w.roster)
		delete(parts, sid)
	}
	for sid := range parts {
		in.find("%s: message %q is none of Twilio's", w.conversation.SID, sid)
	}
}

// order looks for messages that arrived after others with a higher index.
func (in *inspection) order(ours []emulator.DumpedMessage, w wanted) {
	last := int64(-1)
	for _, m := range ours {
		index, err := strconv.ParseInt(m.Metadata[mapping.KeyMessageIndex], 10, 64)
		if err != nil || index < last {
			in.find("%s: message %s with index %q came after index %d", w.conversation.SID,
				m.Metadata[mapping.KeyMessageSID], m.Metadata[mapping.KeyMessageIndex], last)
		}
		last = max(last, index)
	}
}

// message compares what a message became with what it is to be.
func (in *inspection) message(got []emulator.DumpedMessage, m wantedMessage, roster *mapping.Roster) {
	if want := len(m.draft.Parts); len(got) != want && !in.changed {
		in.find("message %s has %d parts, want %d", m.SID, len(got), want)
	}
	var text strings.Builder
	for i, part := range got {
		text.WriteString(part.Content)
		if want := partName(i, len(got)); part.Metadata[mapping.KeyPart] != want {
			in.find("message %s: part %q stands at %q", m.SID, part.Metadata[mapping.KeyPart], want)
		}
		if part.Metadata[mapping.KeyMessageIndex] != strconv.FormatInt(m.Index, 10) {
			in.find("message %s: index %s, want %d", m.SID, part.Metadata[mapping.KeyMessageIndex], m.Index)
		}
		in.sender(part, m, roster)
	}
	if want := m.text(); text.String() != want {
		in.find("message %s: text: %s", m.SID, cmp.Diff(text.String(), want))
	}
	if in.changed {
		if got, want := got[0].Metadata[mapping.KeyAttributes], m.draft.Parts[0].Metadata[mapping.KeyAttributes]; got != want {
			in.find("message %s: attributes %s, want %s", m.SID, got, want)
		}
		return
	}
	in.exactly(got, m)
}

// exactly compares the parts of a message that was never changed.
func (in *inspection) exactly(got []emulator.DumpedMessage, m wantedMessage) {
	var parts []mapping.NewChatMessage
	for _, d := range got {
		parts = append(parts, mapping.NewChatMessage{Content: d.Content, SenderDisplayName: d.SenderName, Metadata: d.Metadata})
	}
	if d := cmp.Diff(parts, m.draft.Parts); d != "" {
		in.find("message %s (-got +want): %s", m.SID, d)
	}
}

// sender compares who sent a part. Where people come and go it may be whoever was
// to send it at the time.
func (in *inspection) sender(part emulator.DumpedMessage, m wantedMessage, roster *mapping.Roster) {
	may := []mapping.PersonKey{m.draft.Sender.Key}
	if in.changed {
		may = roster.Authors(m.Message)
	}
	for _, key := range may {
		if part.Sender == personName(key) {
			return
		}
	}
	in.find("message %s: sent by %q, want %q", m.SID, part.Sender, personName(may[0]))
}

// text is what all parts of the message say together: what Twilio has, where
// nothing but the body is there to be said.
func (m wantedMessage) text() string {
	if m.Body != "" && len(m.Media) == 0 && m.Subject == "" {
		return m.Body
	}
	var text strings.Builder
	for _, p := range m.draft.Parts {
		text.WriteString(p.Content)
	}
	return text.String()
}

func partName(i, n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("%d/%d", i+1, n)
}
