package migrate_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// standing is what ACS holds without tombstones: in this form a sync makes the
// same of an account as a first run does.
func (w *world) standing() string {
	w.t.Helper()
	threads, err := w.server.Dump(w.names())
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range threads {
		t := &threads[i]
		for k := range t.Members {
			gone := 0
			for _, m := range t.Messages[:t.Members[k].Read] {
				if m.Deleted {
					gone++
				}
			}
			t.Members[k].Read -= gone
		}
		t.Messages = slices.DeleteFunc(t.Messages, func(m emulator.DumpedMessage) bool { return m.Deleted })
	}
	text, err := json.MarshalIndent(threads, "", " ")
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// syncCases change tiny in one way each. Its conversation 0 has two members and
// six messages, one of them by system; 1 a member behind a phone number, one who
// left and system; 2 a message in two parts.
var syncCases = []struct {
	name   string
	change func(lines)
	want   migrate.Summary // what is not unchanged
	losses []mapping.LossCode
}{
	{"a message is appended", func(l lines) {
		l.insert("messages.jsonl", l.message(0, 5), func(m resource) {
			m["sid"], m["index"], m["body"] = sid("IM", 1), 41, "one more"
		})
	}, migrate.Summary{Messages: migrate.Tally{Created: 1}}, nil},
	{"a body is edited", func(l lines) {
		l.message(0, 1)["body"] = "Hello! Never mind."
	}, migrate.Summary{Messages: migrate.Tally{Updated: 1}}, []mapping.LossCode{mapping.LossEditedMoves}},
	{"attributes are edited", func(l lines) {
		l.message(0, 1)["attributes"] = `{"reaction":"👍"}`
	}, migrate.Summary{Messages: migrate.Tally{Updated: 1}}, nil},
	{"an author changes", func(l lines) {
		l.message(0, 0)["author"] = "the machine"
	}, migrate.Summary{Messages: migrate.Tally{Updated: 1}}, []mapping.LossCode{mapping.LossAuthorChanged}},
	{"a message in parts becomes short", func(l lines) {
		l.message(2, 1)["body"] = "short now"
	}, migrate.Summary{Messages: migrate.Tally{Updated: 1}}, nil},
	{"a message is deleted", func(l lines) {
		l.remove("messages.jsonl", l.message(0, 2))
	}, migrate.Summary{Messages: migrate.Tally{Deleted: 1}}, []mapping.LossCode{mapping.LossDeletedTombstone}},
	{"a message by somebody who left is deleted", func(l lines) {
		l.remove("messages.jsonl", l.message(1, 1))
	}, migrate.Summary{Messages: migrate.Tally{Deleted: 1}}, nil},
	{"a file is added", func(l lines) {
		l.message(0, 4)["media"] = []any{map[string]any{"sid": sid("ME", 1), "size": 3, "content_type": "text/plain", "filename": "note.txt"}}
	}, migrate.Summary{Messages: migrate.Tally{Updated: 1}, Media: migrate.Tally{Created: 1}}, nil},
	{"somebody joins", func(l lines) {
		l.insert("participants.jsonl", l.in("participants.jsonl", 0)[1], func(p resource) {
			p["sid"], p["identity"] = sid("MB", 1), "late.comer"
		})
	}, migrate.Summary{Users: migrate.Tally{Created: 1}, Participants: migrate.Tally{Created: 1}}, []mapping.LossCode{mapping.LossParticipantLate}},
	{"somebody joins and writes", func(l lines) {
		l.insert("participants.jsonl", l.in("participants.jsonl", 0)[1], func(p resource) {
			p["sid"], p["identity"] = sid("MB", 1), "late.comer"
		})
		l.insert("messages.jsonl", l.message(0, 5), func(m resource) {
			m["sid"], m["index"], m["body"], m["author"], m["participant_sid"] = sid("IM", 1), 41, "hello", "late.comer", sid("MB", 1)
		})
	}, migrate.Summary{Users: migrate.Tally{Created: 1}, Participants: migrate.Tally{Created: 1}, Messages: migrate.Tally{Created: 1}}, nil},
	{"the topic changes", func(l lines) {
		l["conversations.jsonl"][0]["friendly_name"] = "Order 2231, settled"
	}, migrate.Summary{Conversations: migrate.Tally{Updated: 1}}, nil},
	{"attributes and state of a conversation change", func(l lines) {
		c := l["conversations.jsonl"][0]
		c["attributes"], c["state"], c["unique_name"] = `{"order":"CO-2232"}`, "closed", nil
	}, migrate.Summary{Conversations: migrate.Tally{Updated: 1}}, nil},
	{"a read horizon moves on", func(l lines) {
		for _, p := range l.in("participants.jsonl", 2) {
			p["last_read_message_index"] = 3
		}
	}, migrate.Summary{}, nil},
	{"a conversation is added", func(l lines) {
		l.insert("conversations.jsonl", l["conversations.jsonl"][0], func(c resource) {
			c["sid"], c["unique_name"] = sid("CH", 1), "another"
		})
	}, migrate.Summary{Conversations: migrate.Tally{Created: 1}}, nil},
	{"a conversation is deleted", func(l lines) {
		gone := l["conversations.jsonl"][2]
		for _, file := range []string{"messages.jsonl", "participants.jsonl"} {
			for _, r := range l.in(file, 2) {
				l.remove(file, r)
			}
		}
		l.remove("conversations.jsonl", gone)
	}, migrate.Summary{Conversations: migrate.Tally{Deleted: 1}}, nil},
}

func sid(prefix string, n int) string { return prefix + strings.Repeat("e", 31) + string(rune('0'+n)) }

// What changes in Twilio after a run appears in the threads exactly, as the plan
// said; then there is nothing left to do.
func TestSync(t *testing.T) {
	for _, tt := range syncCases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var writes atomic.Int64
			w := newWorld(t, snapshotDir("tiny"), &emulator.Options{OnRequest: func(e emulator.Event) {
				if e.Phase == emulator.Arrived && isWrite(e.Operation) {
					writes.Add(1)
				}
			}})
			w.mustRun()
			w.change(tt.change)
			plan := w.plan()
			r := w.mustRun()
			if d := cmp.Diff(r.Summary, plan.Summary); d != "" {
				t.Errorf("run and plan differ (-run +plan):\n%s", d)
			}
			if d := cmp.Diff(changed(r.Summary), tt.want); d != "" {
				t.Errorf("changed (-got +want):\n%s\nproblems %v", d, r.Problems)
			}
			for _, code := range tt.losses {
				if !has(plan.Losses, code) || !has(r.Losses, code) {
					t.Errorf("loss %s is not both in the plan and in the report", code)
				}
			}
			fresh := newWorld(t, w.source, nil)
			fresh.mustRun()
			if d := firstDifference(w.standing(), fresh.standing()); d != "" && tt.name != "an author changes" {
				t.Errorf("threads differ from those of a first run: %s", d)
			}
			if v := w.verify(); !v.OK() {
				t.Errorf("differences: %v", v.Differences)
			}
			before := writes.Load()
			if d := cmp.Diff(changed(w.mustRun().Summary), migrate.Summary{}); d != "" {
				t.Errorf("the third run changes (-got +want):\n%s", d)
			}
			if n := writes.Load() - before; n > 0 {
				t.Errorf("the third run made %d writes", n)
			}
		})
	}
}

// isWrite reports whether an operation changes something. Tokens do not count.
func isWrite(op limits.Operation) bool {
	for _, verb := range []string{"Create", "Update", "Delete", "Add", "Remove", "Send"} {
		if strings.HasPrefix(string(op), verb) || strings.HasPrefix(string(op), strings.ToLower(verb)) {
			return true
		}
	}
	return false
}

// changed is s without what stayed as it was.
func changed(s migrate.Summary) migrate.Summary {
	for _, t := range []*migrate.Tally{&s.Users, &s.Conversations, &s.Participants, &s.Messages, &s.Media} {
		t.Total, t.Unchanged, t.Unchecked = 0, 0, 0
	}
	return s
}

func has(losses []migrate.LossCount, code mapping.LossCode) bool {
	return slices.ContainsFunc(losses, func(l migrate.LossCount) bool { return l.Code == code })
}
