package mapping_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Each field of a message counts where it stands.
func TestMessageFidelity(t *testing.T) {
	c := mapping.Conversation{SID: "CH1", ServiceSID: "IS1"}
	people := []mapping.Participant{{SID: "MB1", Identity: "ann"}, {SID: "MB2", Binding: &mapping.MessagingBinding{Type: "sms", Address: "+4915112345678"}}}
	stores, without := stored, mapping.Rules{}
	const day, later = "2024-05-06T07:08:09Z", "2024-05-07T07:08:09Z"
	written := mapping.Message{SID: "IM1", Author: "ann", ParticipantSID: "MB1", Body: "hi", DateCreated: day, DateUpdated: day, Attributes: "{}"}
	of := func(change func(*mapping.Message)) mapping.Message {
		m := written
		change(&m)
		return m
	}
	file := mapping.Media{SID: "ME1", Filename: "a.pdf", ContentType: "application/pdf", Size: 3}
	many := make([]mapping.Media, 60)
	for i := range many {
		many[i] = file
		many[i].SID = mapping.MediaSID("ME" + strings.Repeat("0", 30) + string(rune('A'+i)))
	}
	for _, tt := range []struct {
		name  string
		rules mapping.Rules
		m     mapping.Message
		found map[mapping.MediaSID]mapping.FoundMedia
		most  int
		want  mapping.Fidelity
	}{
		{"body and author are native, the time is metadata", stores, written, nil, 0, mapping.Fidelity{Native: 2, Metadata: 1}},
		{"an author who left is metadata", stores, of(func(m *mapping.Message) { m.ParticipantSID = "MB9" }), nil, 0, mapping.Fidelity{Native: 2, Metadata: 1}},
		{"an author nobody knows is metadata", stores, of(func(m *mapping.Message) { m.Author, m.ParticipantSID = "bob", "MB9" }), nil, 0, mapping.Fidelity{Native: 1, Metadata: 2}},
		{"an address that is masked is lost", without, of(func(m *mapping.Message) { m.Author, m.ParticipantSID = "+4915187654321", "" }), nil, 0,
			mapping.Fidelity{Native: 1, Metadata: 1, Lost: 1}},
		{"somebody behind an address has a user too", stores, of(func(m *mapping.Message) { m.Author, m.ParticipantSID = "+4915112345678", "MB2" }), nil, 0,
			mapping.Fidelity{Native: 2, Metadata: 1}},
		{"everything beside the text", stores, of(func(m *mapping.Message) {
			m.DateUpdated, m.Attributes, m.Subject, m.ContentSID, m.Delivery = later, `{"a":1}`, "Order", "HX1", json.RawMessage(`{"sent":"all"}`)
		}), nil, 0, mapping.Fidelity{Native: 3, Metadata: 5, Lost: 1}},
		{"receipts are kept beside it", mapping.Rules{MediaURL: stored.MediaURL, Receipts: true}, of(func(m *mapping.Message) {
			m.Delivery, m.Receipts = json.RawMessage(`{"sent":"all"}`), []json.RawMessage{[]byte(`{}`)}
		}), nil, 0, mapping.Fidelity{Native: 2, Metadata: 2, Sidecar: 1}},
		{"large attributes go into the sidecar", stores, of(func(m *mapping.Message) { m.Attributes = `"` + strings.Repeat("x", 5000) + `"` }), nil, 0,
			mapping.Fidelity{Native: 2, Metadata: 1, Sidecar: 1}},
		{"or are lost", without, of(func(m *mapping.Message) { m.Attributes = `"` + strings.Repeat("x", 5000) + `"` }), nil, 0,
			mapping.Fidelity{Native: 2, Metadata: 1, Lost: 1}},
		{"white space goes into the sidecar", stores, of(func(m *mapping.Message) { m.Body = " \n" }), nil, 0, mapping.Fidelity{Native: 1, Metadata: 1, Sidecar: 1}},
		{"what a channel says does too", stores, of(func(m *mapping.Message) { m.Body, m.ChannelMetadata = "", json.RawMessage(`{"type":"x"}`) }), nil, 0,
			mapping.Fidelity{Native: 1, Metadata: 1, Sidecar: 1}},
		{"a file is metadata", stores, of(func(m *mapping.Message) { m.Media = []mapping.Media{file} }), nil, 0, mapping.Fidelity{Native: 2, Metadata: 2}},
		{"or lost", without, of(func(m *mapping.Message) { m.Media = []mapping.Media{file} }), nil, 0, mapping.Fidelity{Native: 2, Metadata: 1, Lost: 1}},
		{"a file that is missing is lost", stores, of(func(m *mapping.Message) { m.Media = []mapping.Media{file} }),
			map[mapping.MediaSID]mapping.FoundMedia{"ME1": {Missing: "gone"}}, 0, mapping.Fidelity{Native: 2, Metadata: 1, Lost: 1}},
		{"a file whose text is shown is native", without, of(func(m *mapping.Message) {
			m.Body, m.Media = "", []mapping.Media{{SID: "ME1", Category: mapping.CategoryBody, ContentType: "text/plain"}}
		}), map[mapping.MediaSID]mapping.FoundMedia{"ME1": {Text: []byte("long mail")}}, 0, mapping.Fidelity{Native: 2, Metadata: 1}},
		{"an edit that outgrew its part", stores, of(func(m *mapping.Message) { m.Body = strings.Repeat("long ", 10_000) }), nil, 1,
			mapping.Fidelity{Native: 1, Metadata: 1, Sidecar: 1}},
		{"is lost without a store", without, of(func(m *mapping.Message) { m.Body = strings.Repeat("long ", 10_000) }), nil, 1,
			mapping.Fidelity{Native: 1, Metadata: 1, Lost: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ro, _ := tt.rules.Roster(c, people, nil)
			d, losses := tt.rules.Edition(ro, tt.m, tt.found, tt.most)
			if diff := cmp.Diff(d.Fidelity(tt.m, losses), tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s\nlosses %v", diff, losses)
			}
		})
	}
	t.Run("files beyond the metadata are named in the text", func(t *testing.T) {
		m := of(func(m *mapping.Message) { m.Media = many })
		ro, _ := stores.Roster(c, people, nil)
		d, losses := stores.ChatMessage(ro, m, nil)
		got := d.Fidelity(m, losses)
		if got.Fields() != 63 || got.Lost+got.Sidecar > 0 || got.Native < 20 || got.Metadata < 10 {
			t.Errorf("%+v", got)
		}
	})
}

// Each field of a conversation and of its participants counts where it stands.
func TestThreadFidelity(t *testing.T) {
	stores, without := stored, mapping.Rules{}
	const day = "2024-05-06T07:08:09Z"
	c := mapping.Conversation{SID: "CH1", ServiceSID: "IS1", FriendlyName: "Order", State: "active", DateCreated: day, DateUpdated: day, Attributes: "{}"}
	two := int64(2)
	for _, tt := range []struct {
		name   string
		rules  mapping.Rules
		c      func(*mapping.Conversation)
		people []mapping.Participant
		want   mapping.Fidelity
	}{
		{"topic is native, state and dates are metadata", stores, nil, nil, mapping.Fidelity{Native: 1, Metadata: 3}},
		{"unique name and attributes are metadata", stores, func(c *mapping.Conversation) { c.UniqueName, c.Attributes = "o-1", `{"a":1}` }, nil, mapping.Fidelity{Native: 1, Metadata: 5}},
		{"what does not fit stands in the sidecar", stores, func(c *mapping.Conversation) { c.Attributes = strings.Repeat("x", 2000) }, nil, mapping.Fidelity{Native: 1, Metadata: 3, Sidecar: 1}},
		{"or is lost", without, func(c *mapping.Conversation) { c.Attributes = strings.Repeat("x", 2000) }, nil, mapping.Fidelity{Native: 1, Metadata: 3, Lost: 1}},
		{"timers and bindings are for the sidecar", stores, func(c *mapping.Conversation) {
			c.Timers, c.Bindings = json.RawMessage(`{"date_closed":"x"}`), json.RawMessage(`{"email":{}}`)
		}, nil, mapping.Fidelity{Native: 1, Metadata: 3, Sidecar: 2}},
		{"a masked topic is not native", stores, func(c *mapping.Conversation) { c.FriendlyName = "+4915112345678" }, nil, mapping.Fidelity{Metadata: 3, Sidecar: 1}},
		{"a member", stores, nil, []mapping.Participant{{SID: "MB1", Identity: "ann", RoleSID: "RL1", Attributes: `{"a":1}`, LastReadMessageIndex: &two, DateCreated: day}},
			mapping.Fidelity{Native: 3, Metadata: 5, Sidecar: 1}},
		{"somebody behind an address", stores, nil,
			[]mapping.Participant{{SID: "MB1", Binding: &mapping.MessagingBinding{Type: "sms", Address: "+4915112345678"}, LastReadMessageIndex: &two}},
			mapping.Fidelity{Native: 1, Metadata: 3, Sidecar: 2}},
		{"whose address may be kept", mapping.Rules{MediaURL: stored.MediaURL, Addresses: mapping.AddressesKeep}, nil,
			[]mapping.Participant{{SID: "MB1", Binding: &mapping.MessagingBinding{Type: "sms", Address: "+4915112345678"}}},
			mapping.Fidelity{Native: 1, Metadata: 4}},
		{"the same person twice", stores, nil, []mapping.Participant{{SID: "MB1", Identity: "ann"}, {SID: "MB2", Identity: "ann"}},
			mapping.Fidelity{Native: 2, Metadata: 3, Sidecar: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := c
			if tt.c != nil {
				tt.c(&c)
			}
			ro, losses := tt.rules.Roster(c, tt.people, nil)
			d, more := tt.rules.ChatThread(c, ro)
			losses = append(losses, more...)
			if diff := cmp.Diff(tt.rules.ThreadFidelity(c, d, losses), tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s\nlosses %v", diff, losses)
			}
		})
	}
}

func TestThreadFidelityOfUsers(t *testing.T) {
	dir := directory{users: map[mapping.Identity]mapping.User{"ann": {SID: "US1", Identity: "ann", FriendlyName: "Ann", Attributes: `{"a":1}`}}}
	for _, tt := range []struct {
		rules mapping.Rules
		want  mapping.Fidelity
	}{
		{mapping.Rules{MediaURL: stored.MediaURL}, mapping.Fidelity{Native: 2, Sidecar: 1}}, // identity and name; attributes
		{mapping.Rules{}, mapping.Fidelity{Native: 2, Lost: 1}},
	} {
		c := mapping.Conversation{SID: "CH1", ServiceSID: serviceSID}
		ro, losses := tt.rules.Roster(c, []mapping.Participant{{SID: "MB1", Identity: "ann"}}, dir)
		d, _ := tt.rules.ChatThread(c, ro)
		if diff := cmp.Diff(tt.rules.ThreadFidelity(c, d, losses), tt.want); diff != "" {
			t.Errorf("(-got +want):\n%s\nlosses %v", diff, losses)
		}
	}
}

func TestFidelityPercent(t *testing.T) {
	for _, tt := range []struct {
		f    mapping.Fidelity
		want float64
	}{
		{mapping.Fidelity{}, 100},
		{mapping.Fidelity{Native: 3, Metadata: 2}, 100},
		{mapping.Fidelity{Native: 99_999, Lost: 1}, 99.99},
		{mapping.Fidelity{Native: 1, Metadata: 1, Sidecar: 1}, 66.66},
		{mapping.Fidelity{Sidecar: 1}, 0},
	} {
		if got := tt.f.Percent(); got != tt.want {
			t.Errorf("Percent(%+v) = %v, want %v", tt.f, got, tt.want)
		}
	}
}
