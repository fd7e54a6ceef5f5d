package twiliosrc_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
)

// recording reads a recorded or published answer of Twilio.
func recording(t *testing.T, name string) (r struct{ Body, Item, Items json.RawMessage }) {
	t.Helper()
	dir := filepath.Join("..", "..", "shared", "recordings", "twilio")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("SKIPPED: no recordings beside the repository: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// A conversation recorded from the live API, as a snapshot made by hand.
func TestRecordedConversation(t *testing.T) {
	line := func(raw json.RawMessage) string {
		var text bytes.Buffer
		if err := json.Compact(&text, raw); err != nil {
			t.Fatal(err)
		}
		return text.String() + "\n"
	}
	var participants []json.RawMessage
	if err := json.Unmarshal(recording(t, "airbyte-recorded/conversation_participants.json").Items, &participants); err != nil {
		t.Fatal(err)
	}
	s := open(t, snapshottest.Dir(t, map[string]string{
		"conversations.jsonl": line(recording(t, "airbyte-recorded/conversation.json").Item),
		"messages.jsonl":      line(recording(t, "airbyte-recorded/conversation_message.json").Item),
		"participants.jsonl":  line(participants[0]) + line(participants[1]),
	}), nil)
	conversations := sound(t, s.Conversations(t.Context()))
	if len(conversations) != 1 || conversations[0].FriendlyName != "Friendly Conversation" || conversations[0].State != mapping.StateActive {
		t.Fatalf("conversations %+v", conversations)
	}
	messages := sound(t, s.Messages(t.Context(), conversations[0], -1))
	if len(messages) != 1 || messages[0].Author != "smee" || messages[0].ParticipantSID != "" || messages[0].Media != nil {
		t.Errorf("messages %+v", messages)
	}
	if users := sound(t, s.Users(t.Context())); len(users) != 2 || users[0].Identity != "Integration Test 2" {
		t.Errorf("users %+v", users)
	}
	if account, _ := s.Account(); account != conversations[0].AccountSID {
		t.Errorf("account %s, want that of the conversation", account)
	}
}

// The published examples, as a client meets them.
func TestPublishedExamples(t *testing.T) {
	example := func(name string) answer {
		body := recording(t, "twilio-oai-examples/v1__Services"+name+".json").Body
		return says(200, "application/json", string(body))
	}
	const scoped = "__ChatServiceSid__"
	s := &script{}
	c := newClient(t, twiliosrc.ClientOptions{Transport: s})
	services := example("__get__200__readFull")
	conv := mapping.Conversation{
		SID:        mapping.ConversationSID("CH" + strings.Repeat("a", 32)),
		ServiceSID: mapping.ServiceSID("IS" + strings.Repeat("a", 32)),
	}

	*s = script{answers: []answer{services, example(scoped + "Conversations__get__200__readFull")}}
	if got := sound(t, c.Conversations(t.Context())); len(got) != 1 || got[0].SID != conv.SID || got[0].ServiceSID != conv.ServiceSID {
		t.Errorf("conversations %+v", got)
	}
	*s = script{answers: []answer{services, example(scoped + "Users__get__200__readFull")}}
	if got := sound(t, c.Users(t.Context())); len(got) != 2 || got[1].Identity != "agent0034" {
		t.Errorf("users %+v", got)
	}
	*s = script{answers: []answer{services, example(scoped + "Roles__get__200__readFull")}}
	if got := sound(t, c.Roles(t.Context())); len(got) != 1 || got[0].Type != "conversation" {
		t.Errorf("roles %+v", got)
	}
	*s = script{answers: []answer{example(scoped + "Conversations__ConversationSid__Participants__get__200__read")}}
	if got := sound(t, c.Participants(t.Context(), conv)); len(got) != 2 || got[0].Binding.ProxyAddress != "+15017122661" || got[1].Identity != "IDENTITY" {
		t.Errorf("participants %+v", got)
	}
	*s = script{answers: []answer{example(scoped + "Conversations__ConversationSid__Messages__get__200__readLastMessage")}}
	if got := sound(t, c.Messages(t.Context(), conv, -1)); len(got) != 1 || got[0].ConversationSID != conv.SID {
		t.Errorf("messages %+v", got)
	}
}

// A recorded answer of the Media Content Service leads to the file, byte for byte.
func TestRecordedMedia(t *testing.T) {
	body := recording(t, "mcs/fetch_media_200.json").Body
	var media mapping.Media
	if err := json.Unmarshal(body, &media); err != nil {
		t.Fatal(err)
	}
	bytes := strings.Repeat("x", int(media.Size))
	s := &script{answers: []answer{says(200, "application/json", string(body)), says(200, media.ContentType, bytes)}}
	conv := mapping.Conversation{ServiceSID: "IS38067ec392f1486bb6e4de4610f26fb3"}
	r, err := newClient(t, twiliosrc.ClientOptions{Transport: s}).OpenMedia(t.Context(), conv, media)
	if got := readAll(t, r, err); got != bytes {
		t.Errorf("read %d bytes, want %d", len(got), len(bytes))
	}
	if got, want := s.asked[1].URL.RequestURI(), "/"+string(media.SID)+"?Expires=1647355356&Signature=REDACTED&Key-Pair-Id=REDACTED"; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
}
