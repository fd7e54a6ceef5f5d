package mapping_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestSidecar(t *testing.T) {
	c := conversation
	c.Raw = json.RawMessage("{ \"sid\": \"CH1\",\n \"new_field\": \"<&>\" }")
	horizon := int64(41)
	reader := ana
	reader.LastReadMessageIndex = &horizon
	number := sms
	number.Raw = json.RawMessage(`{"messaging_binding":{"address":"+15551234567"}}`)
	again := mapping.Participant{SID: "MB9", Identity: "ana"}
	ro, _ := stored.Roster(c, []mapping.Participant{reader, number, again}, contoso)
	got := stored.Sidecar(c, ro)

	if !bytes.Equal(got, stored.Sidecar(c, ro)) {
		t.Error("Sidecar differs between two calls")
	}
	var file struct {
		Format       string
		Conversation map[string]any
		Participants []struct {
			SID     string
			Horizon *int64                    `json:"last_read_message_index"`
			Binding *mapping.MessagingBinding `json:"messaging_binding"`
		}
		Users []mapping.User
		Roles []mapping.Role
	}
	if err := json.Unmarshal(got, &file); err != nil {
		t.Fatalf("read %s: %v", got, err)
	}
	if file.Format != mapping.SidecarFormat {
		t.Errorf("format = %q; want %q", file.Format, mapping.SidecarFormat)
	}
	if diff := cmp.Diff(map[string]any{"sid": "CH1", "new_field": "<&>"}, file.Conversation); diff != "" {
		t.Errorf("conversation (-want +got):\n%s", diff)
	}
	if len(file.Participants) != 3 || *file.Participants[0].Horizon != horizon || file.Participants[1].Binding.Address != "+15551234567" || file.Participants[2].SID != "MB9" {
		t.Errorf("participants = %+v; want all three, with horizon and address", file.Participants)
	}
	if len(file.Users) != 1 || file.Users[0].FriendlyName != "Ana Souza" || len(file.Roles) != 2 || file.Roles[0].SID != "RL1" {
		t.Errorf("users = %+v, roles = %+v; want Ana and both her roles", file.Users, file.Roles)
	}
	if bytes.Count(got, []byte("\n")) != 16 {
		t.Errorf("Sidecar = %s; want one resource a line", got)
	}
}

func TestSidecarOfNouns(t *testing.T) {
	c := conversation
	c.Timers, c.Bindings = json.RawMessage("not JSON"), json.RawMessage("null")
	ro, _ := stored.Roster(c, nil, nil)
	var file struct {
		Conversation map[string]any
		Participants []any
	}
	if err := json.Unmarshal(stored.Sidecar(c, ro), &file); err != nil {
		t.Fatal(err)
	}
	if file.Conversation["timers"] != "not JSON" || file.Conversation["sid"] != string(conversationSID) || file.Participants == nil {
		t.Errorf("Sidecar = %+v; want the noun, its broken timers as a string, and an empty list", file)
	}
}
