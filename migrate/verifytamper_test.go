package migrate_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// tampering is a way to spoil what a run has made of tiny.
type tampering struct {
	name  string
	spoil func(t *testing.T, v *vandal)
	want  []string // what each difference says, in the order of paths
	quick []string // what a quick verification says
}

// vandal is who spoils.
type vandal struct {
	*world
	chat  *acsdest.Chat
	ctx   context.Context
	times int
}

// thread is what became of conversation k of tiny.
func (v *vandal) thread(k int) mapping.ThreadRecord {
	v.t.Helper()
	sid := readLines(v.t, v.source)["conversations.jsonl"][k]["sid"]
	for _, rec := range v.records() {
		if string(rec.Conversation) == sid {
			return rec
		}
	}
	v.t.Fatalf("conversation %v is not in the ledger", sid)
	return mapping.ThreadRecord{}
}

// messages are those of the thread of conversation k, in the order of arrival.
func (v *vandal) messages(k int) []mapping.ChatMessage {
	v.t.Helper()
	rec := v.thread(k)
	var out []mapping.ChatMessage
	for m, err := range v.chat.ListMessages(v.ctx, rec.Acting(), rec.Thread, nil) {
		must(v.t, err)
		if m.Type == mapping.TypeText {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b mapping.ChatMessage) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out
}

// edit changes message n of conversation k as its sender would.
func (v *vandal) edit(k, n int, content string, md mapping.Metadata) {
	v.t.Helper()
	m := v.messages(k)[n]
	v.asMember(k, m.Sender, func() {
		must(v.t, v.chat.UpdateMessage(v.ctx, m.Sender, v.thread(k).Thread, m.ID, &acsdest.UpdateMessageOptions{Content: &content, Metadata: md}))
	})
}

func (v *vandal) remove(k, n int) {
	v.t.Helper()
	m := v.messages(k)[n]
	v.asMember(k, m.Sender, func() { must(v.t, v.chat.DeleteMessage(v.ctx, m.Sender, v.thread(k).Thread, m.ID)) })
}

// send sends a copy of m to the thread of conversation k.
func (v *vandal) send(k int, m mapping.ChatMessage) {
	v.t.Helper()
	v.asMember(k, m.Sender, func() {
		_, err := v.chat.SendMessage(v.ctx, m.Sender, v.thread(k).Thread,
			mapping.NewChatMessage{Content: m.Content, SenderDisplayName: m.SenderDisplayName, Metadata: m.Metadata}, nil)
		must(v.t, err)
	})
}

// asMember does something that only a member can, as somebody who may be none.
func (v *vandal) asMember(k int, user mapping.CommunicationUserID, do func()) {
	v.t.Helper()
	rec := v.thread(k)
	if slices.ContainsFunc(rec.Members, func(m mapping.MemberRecord) bool { return m.ID == user }) {
		do()
		return
	}
	v.join(k, mapping.ChatParticipant{User: user}, time.Time{})
	do()
	must(v.t, v.chat.RemoveParticipant(v.ctx, rec.Acting(), rec.Thread, user))
}

func (v *vandal) join(k int, p mapping.ChatParticipant, since time.Time) {
	v.t.Helper()
	rec := v.thread(k)
	_, err := v.chat.AddParticipants(v.ctx, rec.Acting(), rec.Thread, []mapping.ChatParticipant{p},
		&acsdest.AddParticipantsOptions{ShareHistorySince: since})
	must(v.t, err)
}

// other is a member of the thread of conversation k who does not act in it.
func (v *vandal) other(k int) mapping.MemberRecord {
	v.t.Helper()
	rec := v.thread(k)
	i := slices.IndexFunc(rec.Members, func(m mapping.MemberRecord) bool { return m.ID != rec.Acting() })
	return rec.Members[i]
}

// expel takes somebody out of the thread of conversation k.
func (v *vandal) expel(k int, user mapping.CommunicationUserID) {
	v.t.Helper()
	rec := v.thread(k)
	must(v.t, v.chat.RemoveParticipant(v.ctx, rec.Acting(), rec.Thread, user))
}

// stored is the one file in the media store that matches.
func (v *vandal) stored(pattern string) string {
	v.t.Helper()
	files, err := filepath.Glob(filepath.Join(v.dir, "media", pattern))
	must(v.t, err)
	if len(files) == 0 {
		v.t.Fatalf("no file %s", pattern)
	}
	return files[0]
}

// flip changes one byte of a file.
func (v *vandal) flip(path string, at int) {
	v.t.Helper()
	content, err := os.ReadFile(path)
	must(v.t, err)
	content[at] ^= 1
	must(v.t, os.WriteFile(path, content, 0o600))
}

func (v *vandal) setTopic(k int, topic string) {
	v.t.Helper()
	rec := v.thread(k)
	must(v.t, v.chat.UpdateThread(v.ctx, rec.Acting(), rec.Thread, &acsdest.UpdateThreadOptions{Topic: &topic}))
}

// swapRecords lets the ledger say of two messages of conversation k that they
// were sent in each other's place.
func (v *vandal) swapRecords(k int, sids ...string) {
	v.t.Helper()
	sid := v.thread(k).Conversation
	l := v.ledger()
	defer l.Close()
	var found []mapping.MessageRecord
	for rec, err := range l.Messages(sid) {
		must(v.t, err)
		if slices.Contains(sids, string(rec.SID)) {
			found = append(found, rec)
		}
	}
	found[0].IDs, found[1].IDs = found[1].IDs, found[0].IDs
	for _, rec := range found {
		must(v.t, l.Amend(sid, rec))
	}
}

// setRecord changes what the ledger says of conversation k.
func (v *vandal) setRecord(k int, change func(*mapping.ThreadRecord)) {
	v.t.Helper()
	rec := v.thread(k)
	change(&rec)
	l := v.ledger()
	defer l.Close()
	must(v.t, l.RecordThread(rec))
}

// The messages of conversation 0 are: the keeper's, Nora's, Ben's, Nora's file,
// Ben's, Nora's. Conversation 2 has a message in two parts.
var tamperings = []tampering{
	{"text edited", func(t *testing.T, v *vandal) {
		v.edit(0, 2, "something else", nil)
	}, []string{`/messages/IM6b07fb1223b4fd9fd178171ec1f15f7e/content: want "Hi Nora,`}, []string{"/digest/messages"}},
	{"text edited and put back", func(t *testing.T, v *vandal) {
		was := v.messages(0)[2].Content
		v.edit(0, 2, "something else", nil)
		v.edit(0, 2, was, nil)
	}, nil, []string{"/digest/messages"}},
	{"metadata changed", func(t *testing.T, v *vandal) {
		v.edit(0, 2, v.messages(0)[2].Content, mapping.Metadata{mapping.KeyCreatedAt: "2001-01-01T00:00:00Z"})
	}, []string{`/metadata/twilioCreatedAt: want "2`}, []string{"/digest/messages"}},
	{"metadata added", func(t *testing.T, v *vandal) {
		v.edit(0, 2, v.messages(0)[2].Content, mapping.Metadata{"évil/\n": "=1"})
	}, []string{`/metadata/%C3%A9vil%2F%0A: want nothing, got "=1"`}, []string{"/digest/messages"}},
	{"SID removed", func(t *testing.T, v *vandal) {
		v.edit(0, 2, v.messages(0)[2].Content, mapping.Metadata{mapping.KeyMessageSID: ""})
	}, []string{`/messages/IM6b07fb1223b4fd9fd178171ec1f15f7e/metadata/twilioMessageSid: want "IM6b07fb1223b4fd9fd178171ec1f15f7e", got nothing`},
		[]string{"/digest/messages"}},
	{"message deleted", func(t *testing.T, v *vandal) {
		v.remove(0, 2)
	}, []string{"/messages/IM6b07fb1223b4fd9fd178171ec1f15f7e: want a message, got a deleted one"}, []string{"/digest/messages"}},
	{"message twice", func(t *testing.T, v *vandal) {
		v.send(0, v.messages(0)[1])
	}, []string{"/messages/IM23b5f1e7d9c7c2a36f235f543cbe74db: want one message, got another, ACS message"}, []string{"/digest/messages"}},
	{"part twice", func(t *testing.T, v *vandal) {
		v.send(2, v.messages(2)[2])
	}, []string{"/messages/IM8a662ac4357cc603cdb0bd0f76cdfba0: want one message, got another"}, []string{"/digest/messages"}},
	{"part deleted", func(t *testing.T, v *vandal) {
		v.remove(2, 2)
	}, []string{"/messages/IM8a662ac4357cc603cdb0bd0f76cdfba0/parts/2: want a message, got a deleted one"}, []string{"/digest/messages"}},
	{"part sent anew at the end", func(t *testing.T, v *vandal) {
		m := v.messages(2)[1]
		v.remove(2, 1)
		v.send(2, m)
	}, []string{"/messages/IM8a662ac4357cc603cdb0bd0f76cdfba0/parts/1: want ACS message"}, []string{"/digest/messages"}},
	{"message sent anew at the end", func(t *testing.T, v *vandal) {
		m := v.messages(0)[2]
		v.remove(0, 2)
		v.send(0, m)
	}, []string{"/messages/IM6b07fb1223b4fd9fd178171ec1f15f7e: want ACS message"}, []string{"/digest/messages"}},
	{"two messages swapped", func(t *testing.T, v *vandal) {
		a, b := v.messages(0)[1], v.messages(0)[5] // both by Nora
		v.edit(0, 1, b.Content, b.Metadata)
		v.edit(0, 5, a.Content, a.Metadata)
	}, []string{
		"/messages/IM23b5f1e7d9c7c2a36f235f543cbe74db: want ACS message",
		"/messages/IM58f9bf5aa95a715cd13f8db1a1925c80: want ACS message",
	}, []string{"/digest/messages"}},
	{"message moved to another thread", func(t *testing.T, v *vandal) {
		m := v.messages(0)[2] // Ben is in both
		v.remove(0, 2)
		v.send(2, m)
	}, []string{
		"/messages/IM6b07fb1223b4fd9fd178171ec1f15f7e: want no such message, got ACS message",
		"/messages/IM6b07fb1223b4fd9fd178171ec1f15f7e: want a message, got a deleted one",
	}, []string{"/digest/messages", "/digest/messages"}},
	{"message sent by somebody else", func(t *testing.T, v *vandal) {
		m, nora := v.messages(0)[2], v.messages(0)[1].Sender
		v.remove(0, 2)
		m.Sender = nora
		v.send(0, m)
	}, []string{": want ACS message", "/sender: want 8:acs:"}, []string{"/digest/messages"}},
	{"message sent under another name", func(t *testing.T, v *vandal) {
		m := v.messages(0)[2]
		v.remove(0, 2)
		m.SenderDisplayName = "\u202eneB"
		v.send(0, m)
	}, []string{": want ACS message", `/senderDisplayName: want "Ben Ortiz", got "\u202eneB"`}, []string{"/digest/messages"}},
	{"member removed", func(t *testing.T, v *vandal) {
		v.expel(0, v.other(0).ID)
	}, []string{": want a member, got none"}, []string{"/digest/participants"}},
	{"acting member removed", func(t *testing.T, v *vandal) {
		v.expel(0, v.thread(0).Acting())
	}, []string{"/participants/MB"}, []string{"/digest/participants"}},
	{"member added", func(t *testing.T, v *vandal) {
		v.join(0, mapping.ChatParticipant{User: v.thread(1).Members[0].ID, DisplayName: "a \x1b[31mspy"}, time.Time{})
	}, []string{`/participants/8:acs:`}, []string{"/digest/participants"}},
	{"member renamed", func(t *testing.T, v *vandal) {
		m := v.other(0)
		v.expel(0, m.ID)
		v.join(0, mapping.ChatParticipant{User: m.ID, DisplayName: "somebody", Metadata: m.Metadata}, time.Time{})
	}, []string{`/displayName: want "`}, []string{"/digest/participants"}},
	{"member without metadata", func(t *testing.T, v *vandal) {
		m := v.other(2)
		v.expel(2, m.ID)
		delete(m.Metadata, mapping.KeyRole)
		v.join(2, mapping.ChatParticipant{User: m.ID, DisplayName: m.DisplayName, Metadata: m.Metadata}, time.Time{})
	}, []string{`/metadata/twilioRole: want "`}, []string{"/digest/participants"}},
	{"member who sees a part only", func(t *testing.T, v *vandal) {
		m := v.other(0)
		v.expel(0, m.ID)
		v.join(0, mapping.ChatParticipant{User: m.ID, DisplayName: m.DisplayName, Metadata: m.Metadata}, time.Now().Add(time.Minute))
	}, []string{"/history: want the whole history, got what came after"}, []string{"/digest/participants"}},
	{"topic changed", func(t *testing.T, v *vandal) {
		v.setTopic(0, "another topic")
	}, []string{`/topic: want "Order 2231", got "another topic"`}, []string{"/digest/thread"}},
	{"metadata of the thread changed", func(t *testing.T, v *vandal) {
		rec := v.thread(0)
		must(t, v.chat.UpdateThread(v.ctx, rec.Acting(), rec.Thread, &acsdest.UpdateThreadOptions{
			Metadata: mapping.Metadata{mapping.KeyState: "closed", mapping.KeyCreatedAt: "", "twilioOther": "x", "priority": "high"}}))
	}, []string{
		`/metadata/twilioCreatedAt: want "20`, `/metadata/twilioOther: want nothing, got "x"`, `/metadata/twilioState: want "active", got "closed"`,
	}, []string{"/digest/thread"}},
	{"an application's own metadata added", func(t *testing.T, v *vandal) {
		rec := v.thread(0)
		must(t, v.chat.UpdateThread(v.ctx, rec.Acting(), rec.Thread, &acsdest.UpdateThreadOptions{Metadata: mapping.Metadata{"priority": "high"}}))
	}, nil, nil},
	{"retention set", func(t *testing.T, v *vandal) {
		rec := v.thread(0)
		must(t, v.chat.UpdateThread(v.ctx, rec.Acting(), rec.Thread, &acsdest.UpdateThreadOptions{Retention: &acsdest.Retention{DeleteAfterDays: 30}}))
	}, []string{`/retention: want "none", got "30 days from creation"`}, []string{"/digest/thread"}},
	{"thread deleted", func(t *testing.T, v *vandal) {
		rec := v.thread(0)
		must(t, v.chat.DeleteThread(v.ctx, rec.Acting(), rec.Thread))
	}, []string{"/thread: want 19:"}, []string{"/thread: want 19:"}},
	{"people write", func(t *testing.T, v *vandal) {
		m := v.messages(0)[1]
		v.send(0, mapping.ChatMessage{Content: "hello", Sender: m.Sender})
		v.send(0, mapping.ChatMessage{Content: "oops", Sender: m.Sender})
		v.remove(0, 7)
	}, nil, nil},
	{"people read on", func(t *testing.T, v *vandal) {
		rec, all := v.thread(0), v.messages(0)
		for _, m := range rec.Members {
			must(t, v.chat.SendReadReceipt(v.ctx, m.ID, rec.Thread, all[len(all)-1].ID))
		}
	}, nil, nil},
	{"stored file changed by one byte", func(t *testing.T, v *vandal) {
		v.flip(v.stored("CH*/ME*/*"), 100)
	}, []string{"/media/MEe6a71b26d389c77a8cbe80f181b3a2f7/sha256: want 245 bytes, "}, nil},
	{"stored file truncated", func(t *testing.T, v *vandal) {
		must(t, os.Truncate(v.stored("CH*/ME*/*"), 244))
	}, []string{"got 244 bytes, "}, nil},
	{"stored file deleted", func(t *testing.T, v *vandal) {
		must(t, os.Remove(v.stored("CH*/ME*/*")))
	}, []string{"/media/MEe6a71b26d389c77a8cbe80f181b3a2f7: want a file in the media store, got none"}, nil},
	{"conversation.json changed by one byte", func(t *testing.T, v *vandal) {
		v.flip(v.stored("CH*/sidecar/conversation.json"), 30)
	}, []string{"/sidecar: want "}, nil},
	{"conversation.json deleted", func(t *testing.T, v *vandal) {
		must(t, os.Remove(v.stored("CH*/sidecar/conversation.json")))
	}, []string{"/sidecar: want conversation.json in the media store, got none"}, nil},
}

// spoiled is a world in which everything was migrated and verified, and then
// tampered with.
func spoiled(t *testing.T, tt tampering) *world {
	t.Helper()
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	if v := w.verify(); !v.OK() || v.Summary.Incomplete() {
		t.Fatalf("not as it should be before: %v %+v", v.Differences, v.Summary)
	}
	tt.spoil(t, &vandal{world: w, chat: w.chat(), ctx: context.Background()})
	return w
}

func says(t *testing.T, differences []migrate.Difference, want []string) {
	t.Helper()
	if len(differences) != len(want) {
		t.Fatalf("%d differences %v, want %d", len(differences), differences, len(want))
	}
	for i, d := range differences {
		if !strings.Contains(d.String(), want[i]) {
			t.Errorf("difference %v does not say %q", d, want[i])
		}
		if strings.ContainsFunc(d.String(), func(r rune) bool { return r < ' ' || r == '\u202e' }) {
			t.Errorf("control characters in %q", d.String())
		}
	}
}

// Each way of spoiling what was migrated is found, and nothing else is. A quick
// verification spots whatever was changed in the threads since the last one, what
// was put back included.
func TestVerifyFindsTampering(t *testing.T) {
	for _, tt := range tamperings {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := spoiled(t, tt)
			quick := w.verifyQuick(nil)
			says(t, quick.Differences, tt.quick)
			if got := quick.Digest != ""; got != (len(tt.quick) == 0) {
				t.Errorf("digest %q with %d differences", quick.Digest, len(tt.quick))
			}
			var found []migrate.Difference
			v, err := w.verifyWith(context.Background(), migrate.VerifyOptions{Found: func(d migrate.Difference) { found = append(found, d) }})
			must(t, err)
			says(t, v.Differences, tt.want)
			slices.SortStableFunc(found, func(a, b migrate.Difference) int { return strings.Compare(a.Path, b.Path) })
			if d := cmp.Diff(found, v.Differences); d != "" {
				t.Errorf("told of other differences (-told +kept):\n%s", d)
			}
			s := v.Summary
			for _, tally := range []migrate.Tally{s.Users, s.Conversations, s.Participants, s.Messages, s.Media} {
				if tally.Total != tally.Unchanged+tally.Failed+tally.Pending+tally.Unchecked {
					t.Errorf("counters do not add up: %+v", tally)
				}
			}
			if got := s.Conversations.Failed > 0; got != (len(tt.want) > 0) {
				t.Errorf("conversations %+v with %d differences", s.Conversations, len(tt.want))
			}
		})
	}
}

// Had a run sent messages in another order, as few of them would be named as have
// to move.
func TestVerifyFindsWrongOrder(t *testing.T) {
	for _, tt := range []struct {
		name  string
		swaps [][2]int // places, one after the other
		want  int
	}{
		{"near", [][2]int{{0, 2}}, 2},
		{"far apart", [][2]int{{0, 6}}, 2},
		{"two pairs", [][2]int{{0, 2}, {4, 6}}, 4},
		{"round", [][2]int{{0, 2}, {2, 4}}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, makeSnapshot(t, 1, 8), nil)
			w.mustRun()
			v := &vandal{world: w, chat: w.chat(), ctx: context.Background()}
			for _, s := range tt.swaps {
				a, b := v.messages(0)[s[0]], v.messages(0)[s[1]]
				v.edit(0, s[0], b.Content, b.Metadata)
				v.edit(0, s[1], a.Content, a.Metadata)
				v.swapRecords(0, a.Metadata[mapping.KeyMessageSID], b.Metadata[mapping.KeyMessageSID])
			}
			got := w.verify()
			says(t, got.Differences, slices.Repeat([]string{"place"}, tt.want))
			if m := got.Summary.Messages; m.Failed != int64(tt.want) || m.Unchanged != int64(8-tt.want) {
				t.Errorf("messages %+v", m)
			}
		})
	}
}
