package mapping_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestChatThread(t *testing.T) {
	id := string(conversationSID)
	for _, tt := range []struct {
		name     string
		rules    mapping.Rules
		change   func(*mapping.Conversation)
		topic    string
		metadata mapping.Metadata // nil: not compared
		losses   string
	}{
		{
			name: "whole", topic: "Order 17",
			change: func(c *mapping.Conversation) { c.UniqueName, c.Attributes = "order-17", `{"vip": true}` },
			metadata: mapping.Metadata{
				"twilioConversationSid": id, "twilioState": "active", "twilioUniqueName": "order-17",
				"twilioCreatedAt": "2024-05-01T09:00:00Z", "twilioUpdatedAt": "2024-05-02T09:00:00Z",
				"twilioAttributes": `{"vip": true}`,
			},
		},
		{
			name: "with a media store", rules: stored, topic: "Order 17",
			metadata: mapping.Metadata{
				"twilioConversationSid": id, "twilioState": "active",
				"twilioCreatedAt": "2024-05-01T09:00:00Z", "twilioUpdatedAt": "2024-05-02T09:00:00Z",
				"twilioSidecar": "https://files.contoso.example/" + id + "/sidecar/conversation.json",
			},
		},
		{name: "unique name", topic: "order-17", change: func(c *mapping.Conversation) { c.FriendlyName, c.UniqueName = " ", "order-17" }},
		{name: "SID", topic: id, change: func(c *mapping.Conversation) { c.FriendlyName = "" }},
		{name: "masked", topic: "SMS ••67", change: func(c *mapping.Conversation) { c.FriendlyName = "+15551234567" }, losses: "address-masked"},
		{name: "people's text is theirs", topic: "Call +15551234567", change: func(c *mapping.Conversation) { c.FriendlyName = "Call +15551234567" }},
		{name: "kept", rules: mapping.Rules{Addresses: mapping.AddressesKeep}, topic: "+15551234567", change: func(c *mapping.Conversation) { c.FriendlyName = "+15551234567" }},
		{
			name: "256 emoji pass", topic: strings.Repeat("🙂", 256),
			change: func(c *mapping.Conversation) { c.FriendlyName = strings.Repeat("🙂", 256) },
		},
		{
			name: "longer is cut", topic: strings.Repeat("x", 512), losses: "name-cut",
			change: func(c *mapping.Conversation) { c.FriendlyName = strings.Repeat("x", 513) },
		},
		{name: "NUL", topic: "a\uFFFDb", losses: "text-repaired", change: func(c *mapping.Conversation) { c.FriendlyName = "a\x00b" }},
		{name: "closed", topic: "Order 17", losses: "state-not-enforced", change: func(c *mapping.Conversation) { c.State = mapping.StateClosed }},
		{name: "inactive", topic: "Order 17", losses: "state-inactive", change: func(c *mapping.Conversation) { c.State = mapping.StateInactive }},
		{
			name: "timers and bindings", topic: "Order 17", losses: "timers bindings",
			change: func(c *mapping.Conversation) {
				c.Timers, c.Bindings = json.RawMessage(`{"date_closed":"2024-06-01T00:00:00Z"}`), json.RawMessage(`{"email":{}}`)
			},
		},
		{
			name: "none of them", topic: "Order 17",
			change: func(c *mapping.Conversation) {
				c.Timers, c.Bindings = json.RawMessage(`{ }`), json.RawMessage(`null`)
			},
		},
		{
			name: "unique name that is an address", topic: "Order 17", losses: "address-masked",
			change: func(c *mapping.Conversation) { c.UniqueName = "whatsapp:+15551234567" },
			metadata: mapping.Metadata{
				"twilioConversationSid": id, "twilioState": "active",
				"twilioCreatedAt": "2024-05-01T09:00:00Z", "twilioUpdatedAt": "2024-05-02T09:00:00Z",
			},
		},
		{
			name: "attributes do not fit", rules: stored, topic: "Order 17", losses: "metadata-trimmed",
			change: func(c *mapping.Conversation) { c.UniqueName, c.Attributes = "u", `"`+strings.Repeat("x", 16<<10)+`"` },
			metadata: mapping.Metadata{
				"twilioConversationSid": id, "twilioState": "active", "twilioUniqueName": "u",
				"twilioCreatedAt": "2024-05-01T09:00:00Z", "twilioUpdatedAt": "2024-05-02T09:00:00Z",
				"twilioSidecar": "https://files.contoso.example/" + id + "/sidecar/conversation.json",
			},
		},
		{
			name: "attributes do not fit, and no media store", topic: "Order 17", losses: "not-kept",
			change: func(c *mapping.Conversation) { c.Attributes = `"` + strings.Repeat("x", 16<<10) + `"` },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := conversation
			if tt.change != nil {
				tt.change(&c)
			}
			ro, _ := tt.rules.Roster(c, []mapping.Participant{ana, sms}, contoso)
			got, losses := tt.rules.ChatThread(c, ro)
			if got.Topic != tt.topic || got.Blocked != "" || len(got.Members) != 2 || got.Creator != user("ana") {
				t.Errorf("ChatThread = %+v; want topic %q, two members and Ana as creator", got, tt.topic)
			}
			if diff := cmp.Diff(tt.metadata, got.Metadata); tt.metadata != nil && diff != "" {
				t.Errorf("metadata (-want +got):\n%s", diff)
			}
			if got.Metadata.Size() > mapping.MaxThreadMetadata {
				t.Errorf("metadata measures %d bytes; want at most %d", got.Metadata.Size(), mapping.MaxThreadMetadata)
			}
			if codes(losses) != tt.losses {
				t.Errorf("losses = %q; want %q", codes(losses), tt.losses)
			}
		})
	}
}

func TestSidecarURLFitsWithTheLongestTemplate(t *testing.T) {
	r := mapping.Rules{MediaURL: "https://x.example/{key}?" + strings.Repeat("s", mapping.MaxMediaURL-len("https://x.example/{key}?"))}
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	got, losses := r.ChatThread(conversation, rosterOf(t, r))
	for _, key := range []string{mapping.KeyConversationSID, mapping.KeySidecar, mapping.KeyState, mapping.KeyCreatedAt, mapping.KeyUpdatedAt} {
		if got.Metadata[key] == "" {
			t.Errorf("metadata has no %s", key)
		}
	}
	if len(losses) != 0 {
		t.Errorf("losses = %s; want none", codes(losses))
	}
}

func TestBlocked(t *testing.T) {
	crowd := make([]mapping.Participant, mapping.MaxMembers+1)
	for i := range crowd {
		crowd[i] = mapping.Participant{SID: mapping.ParticipantSID(fmt.Sprint("MB", i)), Identity: mapping.Identity(fmt.Sprint("p", i))}
	}
	for _, tt := range []struct {
		name    string
		change  func(*mapping.Conversation)
		members []mapping.Participant
		want    string
	}{
		{"250 members", nil, crowd[1:], ""},
		{"251 members", nil, crowd, "251 members and an ACS thread takes 250"},
		{"251 participants, one of them twice", nil, append([]mapping.Participant{crowd[1]}, crowd[1:]...), ""},
		{"initializing", func(c *mapping.Conversation) { c.State = mapping.StateInitializing }, nil, "still creating"},
		{"no SID", func(c *mapping.Conversation) { c.SID = "" }, nil, "SID"},
		{"endless SID", func(c *mapping.Conversation) { c.SID = mapping.ConversationSID(strings.Repeat("C", 999)) }, nil, "SID"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := conversation
			if tt.change != nil {
				tt.change(&c)
			}
			ro, _ := stored.Roster(c, tt.members, contoso)
			got, _ := stored.ChatThread(c, ro)
			if (got.Blocked == "") != (tt.want == "") || !strings.Contains(got.Blocked, tt.want) {
				t.Errorf("Blocked = %q; want %q", got.Blocked, tt.want)
			}
		})
	}
}

func TestCreator(t *testing.T) {
	chat := []mapping.Participant{{SID: "MB1", Identity: "a"}, {SID: "MB2", Identity: "b"}, {SID: "MB3", Identity: "c"}, sms}
	created := make(map[string]int)
	for i := range 900 {
		c := conversation
		c.SID = mapping.ConversationSID(fmt.Sprintf("CH%032x", i))
		ro, _ := stored.Roster(c, chat, nil)
		d, _ := stored.ChatThread(c, ro)
		created[d.Creator.Name]++
	}
	for _, p := range chat[:3] {
		if n := created[string(p.Identity)]; n < 200 || n > 400 {
			t.Errorf("%s creates %d of 900 threads; want about a third", p.Identity, n)
		}
	}
	if created[sms.Binding.Address] != 0 {
		t.Errorf("the placeholder creates %d threads although there are chat users", created[sms.Binding.Address])
	}

	ro, _ := stored.Roster(conversation, []mapping.Participant{sms}, nil)
	if d, _ := stored.ChatThread(conversation, ro); d.Creator != placeholder("+15551234567") {
		t.Errorf("Creator = %+v; want the placeholder, who is all there is", d.Creator)
	}
	ro, _ = stored.Roster(conversation, nil, nil)
	if d, _ := stored.ChatThread(conversation, ro); d.Creator != mapping.Keeper {
		t.Errorf("Creator of an empty conversation = %+v; want the keeper", d.Creator)
	}
}
