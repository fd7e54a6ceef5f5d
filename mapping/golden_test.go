package mapping_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// desk is a conversation with something of everything, as Twilio returns it.
type desk struct {
	Conversation json.RawMessage
	Participants []json.RawMessage
	Users        []mapping.User
	Roles        []mapping.Role
	Messages     []json.RawMessage
	Texts        map[mapping.MediaSID]string // of files that are content
	Missing      map[mapping.MediaSID]string
}

func (d desk) User(_ mapping.ServiceSID, id mapping.Identity) (mapping.User, bool) {
	for _, u := range d.Users {
		if u.Identity == id {
			return u, true
		}
	}
	return mapping.User{}, false
}

func (d desk) Role(sid mapping.RoleSID) (mapping.Role, bool) {
	for _, r := range d.Roles {
		if r.SID == sid {
			return r, true
		}
	}
	return mapping.Role{}, false
}

// decode reads a resource and keeps its raw form.
func decode[T any](t *testing.T, raw json.RawMessage, keep func(*T, json.RawMessage)) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("read %s: %v", raw, err)
	}
	keep(&v, raw)
	return v
}

// drafted is what the golden files hold.
type drafted struct {
	Fingerprint string
	Losses      []mapping.Loss
	Thread      draftedThread
	Messages    []draftedMessage
	Sidecar     json.RawMessage
}

type draftedThread struct {
	Topic    string
	Metadata mapping.Metadata
	Members  []draftedMember
	Creator  mapping.PersonKey
	Blocked  string `json:",omitempty"`
}

type draftedMember struct {
	Key         mapping.PersonKey
	DisplayName string
	Metadata    mapping.Metadata
}

type draftedMessage struct {
	Sender   mapping.Sender
	Parts    []mapping.NewChatMessage
	Chunk    string `json:",omitempty"`
	ChunkKey string `json:",omitempty"`
	Digest   string
	Losses   []mapping.Loss `json:",omitempty"`
}

func draft(t *testing.T, r mapping.Rules, d desk) drafted {
	t.Helper()
	c := decode(t, d.Conversation, func(c *mapping.Conversation, raw json.RawMessage) { c.Raw = raw })
	var participants []mapping.Participant
	for _, raw := range d.Participants {
		participants = append(participants, decode(t, raw, func(p *mapping.Participant, raw json.RawMessage) { p.Raw = raw }))
	}
	found := make(map[mapping.MediaSID]mapping.FoundMedia)
	for sid, text := range d.Texts {
		found[sid] = mapping.FoundMedia{Text: []byte(text)}
	}
	for sid, reason := range d.Missing {
		found[sid] = mapping.FoundMedia{Missing: reason}
	}

	ro, rosterLosses := r.Roster(c, participants, d)
	thread, threadLosses := r.ChatThread(c, ro)
	out := drafted{
		Fingerprint: r.Fingerprint(),
		Losses:      append(append(r.AccountLosses(), rosterLosses...), threadLosses...),
		Thread:      draftedThread{Topic: thread.Topic, Metadata: thread.Metadata, Creator: thread.Creator, Blocked: thread.Blocked},
		Sidecar:     r.Sidecar(c, ro),
	}
	for _, m := range thread.Members {
		out.Thread.Members = append(out.Thread.Members, draftedMember{m.Key, m.DisplayName, m.Metadata})
	}
	for _, raw := range d.Messages {
		m := decode(t, raw, func(m *mapping.Message, raw json.RawMessage) { m.Raw = raw })
		got, losses := r.ChatMessage(ro, m, found)
		out.Messages = append(out.Messages, draftedMessage{got.Sender, got.Parts, string(got.Chunk), got.ChunkKey, got.Digest, losses})
	}
	return out
}

// A change of a golden file is a change of what runs write: read the diff, and
// count up the version in rules.go.
func TestGolden(t *testing.T) {
	in, err := os.ReadFile(filepath.Join("testdata", "desk.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d desk
	if err := json.Unmarshal(in, &d); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		rules mapping.Rules
	}{
		{"mask", stored},
		{"keep", mapping.Rules{Addresses: mapping.AddressesKeep, MediaURL: stored.MediaURL}},
		{"nostore", mapping.Rules{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "\t")
			if err := enc.Encode(draft(t, tt.rules, d)); err != nil {
				t.Fatal(err)
			}
			compareGolden(t, filepath.Join("testdata", "desk."+tt.name+".golden.json"), b.Bytes())
		})
	}
}

func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("read golden file (go test -update writes it): %v", err)
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i, line := range gotLines {
		if i >= len(wantLines) || line != wantLines[i] {
			t.Fatalf("%s:%d: got %s; go test -update rewrites it, then read the diff", path, i+1, line)
		}
	}
	if len(gotLines) != len(wantLines) {
		t.Errorf("%s: got %d lines; want %d", path, len(gotLines), len(wantLines))
	}
}
