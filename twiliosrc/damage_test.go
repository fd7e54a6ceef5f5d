package twiliosrc_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

var (
	ch1 = snapshottest.SID("CH", 1)
	ch2 = snapshottest.SID("CH", 2)
	ch3 = snapshottest.SID("CH", 3)
	ch9 = snapshottest.SID("CH", 9) // in no list of conversations
)

// reading is what came of reading a whole snapshot.
type reading struct {
	conversations []string
	messages      map[string][]int64      // indexes by conversation
	damage        map[string][]string     // places by conversation
	errors        map[string]string       // text by place
	whole         []*mapping.DamagedError // all of them
	skipped       int64
}

func read(tb testing.TB, s *twiliosrc.Snapshot) reading {
	tb.Helper()
	r := reading{messages: map[string][]int64{}, damage: map[string][]string{}, errors: map[string]string{}}
	note := func(damage []*mapping.DamagedError) {
		for _, d := range damage {
			sid := string(d.Conversation)
			if !slices.Contains(r.damage[sid], d.Place) {
				r.damage[sid] = append(r.damage[sid], d.Place)
			}
			r.errors[d.Place] = d.Error()
			r.whole = append(r.whole, d)
		}
	}
	conversations, damage := collect(tb, s.Conversations(tb.Context()))
	note(damage)
	for _, c := range conversations {
		r.conversations = append(r.conversations, string(c.SID))
		messages, damage := collect(tb, s.Messages(tb.Context(), c, -1))
		note(damage)
		for _, m := range messages {
			if m.ConversationSID != c.SID {
				tb.Errorf("message of %s among those of %s", m.ConversationSID, c.SID)
			}
			r.messages[string(c.SID)] = append(r.messages[string(c.SID)], m.Index)
		}
		participants, damage := collect(tb, s.Participants(tb.Context(), c))
		note(damage)
		for _, p := range participants {
			if p.ConversationSID != c.SID {
				tb.Errorf("participant of %s among those of %s", p.ConversationSID, c.SID)
			}
		}
	}
	r.skipped = s.Skipped()
	return r
}

func TestDamageSpoilsItsConversationOnly(t *testing.T) {
	m := messageLine
	// Two sound conversations around the damage: 1 has indexes 0, 1; 2 has 0, 1.
	before, after := m(ch1, "0")+m(ch1, "1"), m(ch2, "0")+m(ch2, "1")
	for _, tt := range []struct {
		name     string
		messages string
		damage   map[string][]string
		text     string // in the error of the first place
		skipped  int64
	}{
		{"none", before + after, nil, "", 0},
		{"cut off behind its conversation", before + m(ch1, "2")[:105] + "\n" + after,
			map[string][]string{ch1: {"messages.jsonl:3"}}, "unexpected end", 1},
		{"cut off within its conversation", before[:40] + "\n" + before + after,
			map[string][]string{ch1: {"messages.jsonl:1"}}, "unexpected end", 1},
		{"cut off in the middle of another", m(ch1, "0") + m(ch1, "1")[:50] + "\n" + after,
			map[string][]string{ch1: {"messages.jsonl:2"}, ch2: {"messages.jsonl:2"}}, "unexpected end", 1},
		{"no SID in the middle", m(ch1, "0") + "rubbish\n" + m(ch1, "1") + after,
			map[string][]string{ch1: {"messages.jsonl:2"}}, "invalid character", 1},
		{"no SID at the end", before + after + `{"sid":`,
			map[string][]string{ch2: {"messages.jsonl:5"}}, "unexpected end", 1},
		{"no SID between two", before + "rubbish\n" + after,
			map[string][]string{ch1: {"messages.jsonl:3"}, ch2: {"messages.jsonl:3"}}, "invalid character", 1},
		{"the next one named in passing", before + `rubbish ` + ch2 + "\n" + after,
			map[string][]string{ch2: {"messages.jsonl:3"}}, "invalid character", 1},
		{"both named", before + ch2 + ` rubbish ` + ch1 + "\n" + after,
			map[string][]string{ch1: {"messages.jsonl:3"}}, "invalid character", 1},
		{"no index", before + `{"sid":"` + snapshottest.SID("IM", 1) + `","conversation_sid":"` + ch1 + "\"}\n" + after,
			map[string][]string{ch1: {"messages.jsonl:3"}}, "index is missing", 1},
		{"an index that is none", before + m(ch1, `"7"`) + after,
			map[string][]string{ch1: {"messages.jsonl:3"}}, "index", 1},
		{"a negative index", m(ch1, `-1`) + before + after,
			map[string][]string{ch1: {"messages.jsonl:1"}}, "negative", 1},
		{"no SID of its own", before + strings.Replace(m(ch1, "2"), `"sid"`, `"id"`, 1) + after,
			map[string][]string{ch1: {"messages.jsonl:3"}}, "sid is missing", 1},
		{"not UTF-8", before + strings.Replace(m(ch1, "2"), "hi", "h\xff", 1) + after,
			map[string][]string{ch1: {"messages.jsonl:3"}}, "not UTF-8", 1},
		{"out of order", m(ch1, "0") + m(ch1, "1") + m(ch1, "0") + after,
			map[string][]string{ch1: {"messages.jsonl:3"}}, "index 0 comes after index 1 of line 2", 1},
		{"twice", before + m(ch1, "1") + after,
			map[string][]string{ch1: {"messages.jsonl:3"}}, "index 1 comes after index 1 of line 2", 1},
		{"apart", before + after + m(ch1, "2") + m(ch1, "3") + m(ch3, "0") + m(ch1, "4"),
			map[string][]string{ch1: {"messages.jsonl:5"}}, "begin on line 1", 3},
		{"of an unknown conversation", before + m(ch9, "0") + m(ch9, "1") + after,
			map[string][]string{ch9: {"messages.jsonl:3"}}, "not in conversations.jsonl", 1},
		{"a conversation that became another", m(ch1, "0") + m(ch9, "5") + m(ch1, "1") + after,
			map[string][]string{ch9: {"messages.jsonl:2"}, ch1: {"messages.jsonl:2"}}, "stands among", 1},
		{"blank lines count", "\n" + before + "\n \nrubbish\n" + m(ch1, "5") + after,
			map[string][]string{ch1: {"messages.jsonl:6"}}, "invalid character", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := snapshottest.Dir(t, map[string]string{
				"conversations.jsonl": conversationLine(1) + conversationLine(2) + conversationLine(3),
				"messages.jsonl":      tt.messages,
			})
			got := read(t, open(t, dir, nil))
			if tt.damage == nil {
				tt.damage = map[string][]string{}
			}
			if diff := cmp.Diff(got.damage, tt.damage); diff != "" {
				t.Errorf("damage (-got +want):\n%s\n%v", diff, got.errors)
			}
			for place, text := range got.errors {
				if !strings.Contains(text, tt.text) || !strings.HasPrefix(text, place) {
					t.Errorf("error of %s: %q, want it to tell of %q", place, text, tt.text)
				}
			}
			lenient := read(t, open(t, dir, &twiliosrc.SnapshotOptions{SkipDamaged: true}))
			if len(lenient.damage) != 0 || lenient.skipped != tt.skipped {
				t.Errorf("skipping: %d left out and damage %v, want %d and none", lenient.skipped, lenient.errors, tt.skipped)
			}
			for _, sid := range []string{ch1, ch2} {
				if indexes := lenient.messages[sid]; len(indexes) < 1 || tt.damage[sid] == nil && len(indexes) != 2 {
					t.Errorf("skipping: messages %v of %s", indexes, sid)
				}
			}
		})
	}
}

func TestDamagedConversations(t *testing.T) {
	dir := snapshottest.Dir(t, map[string]string{
		"conversations.jsonl": conversationLine(1) + // 1
			conversationLine(2) + // 2
			"rubbish " + ch3 + "\n" + // 3
			conversationLine(2) + // 4
			"rubbish\n" + // 5
			`{"friendly_name":"nobody"}` + "\n" + // 6
			conversationLine(4), // 7
		"messages.jsonl":     messageLine(ch1, "0") + messageLine(ch3, "0"),
		"participants.jsonl": participantLine(4, 1, "ann") + participantLine(9, 2, "bob"),
	})
	got := read(t, open(t, dir, nil))
	if want := []string{ch1, snapshottest.SID("CH", 4)}; !cmp.Equal(got.conversations, want) {
		t.Errorf("conversations %v, want %v", got.conversations, want)
	}
	want := map[string][]string{
		ch2: {"conversations.jsonl:4"},
		ch3: {"conversations.jsonl:3"},
		"":  {"conversations.jsonl:5", "conversations.jsonl:6"},
		ch9: {"participants.jsonl:2"},
	}
	if diff := cmp.Diff(got.damage, want); diff != "" {
		t.Errorf("damage (-got +want):\n%s", diff)
	}
	if text := got.errors["conversations.jsonl:4"]; !strings.Contains(text, "line 2") {
		t.Errorf("%q does not name the other line", text)
	}

	lenient := read(t, open(t, dir, &twiliosrc.SnapshotOptions{SkipDamaged: true}))
	if want := []string{ch1, ch2, snapshottest.SID("CH", 4)}; !cmp.Equal(lenient.conversations, want) {
		t.Errorf("conversations %v, want %v", lenient.conversations, want)
	}
	if lenient.skipped != 5 || len(lenient.damage) != 0 {
		t.Errorf("skipped %d, damage %v; want 5 and none", lenient.skipped, lenient.damage)
	}
}

func TestDamagedParticipants(t *testing.T) {
	dir := snapshottest.Dir(t, map[string]string{
		"conversations.jsonl": conversationLine(1) + conversationLine(2) + conversationLine(3),
		"participants.jsonl": participantLine(1, 1, "ann") + participantLine(2, 2, "bob") +
			participantLine(1, 3, "eve")[:100] + "\n" + participantLine(3, 4, "joe"),
	})
	got := read(t, open(t, dir, nil))
	if want := map[string][]string{ch1: {"participants.jsonl:3"}}; !cmp.Equal(got.damage, want) {
		t.Errorf("damage %v, want %v", got.damage, want)
	}
}

func TestLineTooLong(t *testing.T) {
	huge := strings.Replace(messageLine(ch1, "1"), "hi", strings.Repeat("x", 17<<20), 1)
	long := strings.Replace(messageLine(ch1, "2"), "hi", strings.Repeat("y", 3<<20), 1)
	dir := snapshottest.Dir(t, map[string]string{
		"conversations.jsonl": conversationLine(1) + conversationLine(2),
		"messages.jsonl":      messageLine(ch1, "0") + huge + long + messageLine(ch2, "0"),
	})
	got := read(t, open(t, dir, nil))
	if want := map[string][]int64{ch1: {0, 2}, ch2: {0}}; !cmp.Equal(got.messages, want) {
		t.Errorf("messages %v, want %v", got.messages, want)
	}
	if text := got.errors["messages.jsonl:2"]; len(got.errors) != 1 || !strings.Contains(text, "longer than 16 MB") {
		t.Errorf("damage %v, want line 2 to be too long", got.errors)
	}
}

func TestNoLineNamesAConversation(t *testing.T) {
	got := read(t, open(t, snapshottest.Dir(t, map[string]string{"messages.jsonl": "a\nb\n"}), nil))
	if want := map[string][]string{"": {"messages.jsonl:1"}}; !cmp.Equal(got.damage, want) {
		t.Errorf("damage %v, want %v", got.damage, want)
	}
}

// No people's words may reach an error.
func TestDamageQuotesNobody(t *testing.T) {
	dir := snapshottest.Dir(t, map[string]string{
		"conversations.jsonl": conversationLine(1),
		"messages.jsonl":      strings.Replace(messageLine(ch1, "0"), `"hi"`, `"my secret" oops`, 1),
	})
	for _, d := range read(t, open(t, dir, nil)).whole {
		if text := fmt.Sprint(d); strings.Contains(text, "secret") {
			t.Errorf("the error quotes the message: %s", text)
		}
	}
}
