// Package snapshottest writes snapshots for tests: small ones from their lines,
// and large ones of any size that are the same every time.
package snapshottest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Manifest is the least that a manifest may say.
const Manifest = `{"format":"twilio-conversations-snapshot","version":1}`

// SID makes up the identifier number n with a prefix.
func SID(prefix string, n int) string { return fmt.Sprintf("%s%032x", prefix, n) }

// Dir writes files, by name, into a new directory. What a snapshot must have and
// files does not name is written too: the manifest, and empty files.
func Dir(tb testing.TB, files map[string]string) string {
	tb.Helper()
	dir := tb.TempDir()
	for name, text := range map[string]string{
		"snapshot.json": Manifest, "conversations.jsonl": "", "participants.jsonl": "", "messages.jsonl": "",
	} {
		if _, ok := files[name]; !ok {
			write(tb, dir, name, text)
		}
	}
	for name, text := range files {
		write(tb, dir, name, text)
	}
	return dir
}

func write(tb testing.TB, dir, name, text string) {
	tb.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// Copy copies a snapshot directory, so that a test may change it.
func Copy(tb testing.TB, from string) string {
	tb.Helper()
	dir := tb.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		tb.Fatal(err)
	}
	return dir
}

// Shape says how large a generated snapshot is.
type Shape struct {
	Services      int // at least 1; conversations go round them
	Conversations int
	Participants  int // of each conversation
	Messages      int // of each conversation
	Users         int // of each service
	Body          int // bytes of each message's text
}

// Generate writes a snapshot of the given shape into a new directory.
func Generate(tb testing.TB, shape Shape) string {
	tb.Helper()
	dir := tb.TempDir()
	write(tb, dir, "snapshot.json", fmt.Sprintf(
		`{"format":"twilio-conversations-snapshot","version":1,"accountSid":%q,"defaultServiceSid":%q}`,
		SID("AC", 1), SID("IS", 0)))
	g := generator{tb: tb, dir: dir, shape: shape}
	g.file("services", shape.Services, g.service)
	g.file("roles", shape.Services, g.role)
	g.file("users", shape.Services*shape.Users, g.user)
	g.file("conversations", shape.Conversations, g.conversation)
	g.file("participants", shape.Conversations*shape.Participants, g.participant)
	g.file("messages", shape.Conversations*shape.Messages, g.message)
	return dir
}

type generator struct {
	tb    testing.TB
	dir   string
	shape Shape
}

func (g generator) file(name string, n int, line func(i int) any) {
	g.tb.Helper()
	f, err := os.Create(filepath.Join(g.dir, name+".jsonl"))
	if err != nil {
		g.tb.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	enc := json.NewEncoder(w)
	for i := range n {
		if err := enc.Encode(line(i)); err != nil {
			g.tb.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		g.tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		g.tb.Fatal(err)
	}
}

const created = "2021-03-03T10:00:00Z"

func (g generator) service(i int) any {
	return struct {
		SID     string `json:"sid"`
		Account string `json:"account_sid"`
		Name    string `json:"friendly_name"`
	}{SID("IS", i), SID("AC", 1), fmt.Sprintf("Service %d", i)}
}

func (g generator) role(i int) any {
	return struct {
		SID     string `json:"sid"`
		Service string `json:"chat_service_sid"`
		Name    string `json:"friendly_name"`
		Type    string `json:"type"`
	}{SID("RL", i), SID("IS", i), "channel user", "conversation"}
}

func (g generator) user(i int) any {
	return struct {
		SID        string  `json:"sid"`
		Service    string  `json:"chat_service_sid"`
		Identity   string  `json:"identity"`
		Name       *string `json:"friendly_name"`
		Attributes string  `json:"attributes"`
	}{SID("US", i), SID("IS", i%g.shape.Services), fmt.Sprintf("user.%d", i/g.shape.Services), nil, "{}"}
}

func (g generator) conversation(i int) any {
	return struct {
		SID        string  `json:"sid"`
		Account    string  `json:"account_sid"`
		Service    string  `json:"chat_service_sid"`
		Name       *string `json:"friendly_name"`
		Attributes string  `json:"attributes"`
		State      string  `json:"state"`
		Created    string  `json:"date_created"`
	}{SID("CH", i), SID("AC", 1), SID("IS", i%g.shape.Services), nil, "{}", "active", created}
}

func (g generator) participant(i int) any {
	conversation, n := i/g.shape.Participants, i%g.shape.Participants
	return struct {
		SID          string `json:"sid"`
		Conversation string `json:"conversation_sid"`
		Identity     string `json:"identity"`
		Binding      *int   `json:"messaging_binding"`
		Attributes   string `json:"attributes"`
	}{SID("MB", i), SID("CH", conversation), fmt.Sprintf("user.%d", n), nil, "{}"}
}

func (g generator) message(i int) any {
	conversation, n := i/g.shape.Messages, i%g.shape.Messages
	return struct {
		SID          string `json:"sid"`
		Account      string `json:"account_sid"`
		Service      string `json:"chat_service_sid"`
		Conversation string `json:"conversation_sid"`
		Body         string `json:"body"`
		Media        *int   `json:"media"`
		Author       string `json:"author"`
		Participant  string `json:"participant_sid"`
		Attributes   string `json:"attributes"`
		Created      string `json:"date_created"`
		Updated      string `json:"date_updated"`
		Index        int    `json:"index"`
		Delivery     *int   `json:"delivery"`
		URL          string `json:"url"`
	}{
		SID: SID("IM", i), Account: SID("AC", 1), Service: SID("IS", conversation%g.shape.Services),
		Conversation: SID("CH", conversation), Body: g.body(n), Author: "user.0",
		Participant: SID("MB", conversation*g.shape.Participants), Attributes: "{}", Created: created, Updated: created,
		Index: n*2 + n/7, // with gaps
		URL:   "https://conversations.twilio.com/v1/Conversations/" + SID("CH", conversation) + "/Messages/" + SID("IM", i),
	}
}

func (g generator) body(n int) string {
	text := fmt.Sprintf("Message %d. ", n)
	return (text + strings.Repeat(`So "it" goes on. `, g.shape.Body/17+1))[:max(g.shape.Body, len(text))]
}
