package mapping_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	sales   = mapping.ServiceSID("IS0000000000000000000000000000000a")
	support = mapping.ServiceSID("IS0000000000000000000000000000000b")
)

func userKey(s mapping.ServiceSID, name string) mapping.PersonKey {
	return mapping.PersonKey{Kind: mapping.PersonUser, Service: s, Name: name}
}

// erasing anonymises jane.doe of sales and drops a number.
var erasing = mapping.NewDecisions([]mapping.Decision{
	{Key: userKey(sales, "jane.doe"), Action: mapping.ActionAnonymise, Pseudonym: "Person 1a2b3c4d", Names: []string{"Jane Doe"}},
	{Key: mapping.PersonKey{Kind: mapping.PersonPlaceholder, Service: sales, Name: "whatsapp:+15551234567"}, Action: mapping.ActionDrop},
})

func TestErasedMessage(t *testing.T) {
	nobody := mapping.Decision{}
	for _, tt := range []struct {
		name    string
		in      mapping.Message
		service mapping.ServiceSID
		want    mapping.Message
	}{
		{
			"of an anonymised author", mapping.Message{
				SID: "IM1", Author: "jane.doe", Body: "I am Jane Doe", Attributes: `{"mail":"x"}`, ParticipantSID: "MB1", Raw: json.RawMessage(`{}`),
			}, sales, mapping.Message{
				SID: "IM1", Author: "Person 1a2b3c4d", Body: "I am Person 1a2b3c4d", Attributes: "{}", ParticipantSID: "MB1",
				Erased: mapping.ActionAnonymise, Media: []mapping.Media{},
			},
		},
		{
			"of a dropped author", mapping.Message{
				SID: "IM2", Index: 3, Author: "whatsapp:+15551234567", Body: "hi", Subject: "s", ParticipantSID: "MB2", Media: []mapping.Media{{SID: "ME1"}},
			}, sales, mapping.Message{
				SID: "IM2", Index: 3, Body: "[Message left out]", Attributes: "{}", Erased: mapping.ActionDrop,
			},
		},
		{
			"of somebody who names them", mapping.Message{
				SID: "IM3", Author: "bob", Body: "jane.doe and janette, call +15551234567 or +155512345678",
				Attributes: `{"to":"jane.doe","n":1}`, Raw: json.RawMessage(`{"attributes":"{\"to\":\"jane.doe\"}","x":"\u004aane Doe"}`),
			}, sales, mapping.Message{
				SID: "IM3", Author: "bob", Body: "Person 1a2b3c4d and janette, call [left out] or +155512345678",
				Attributes: `{"n":1,"to":"Person 1a2b3c4d"}`, Media: []mapping.Media{},
				Raw: json.RawMessage(`{"attributes":"{\"to\":\"Person 1a2b3c4d\"}","x":"Person 1a2b3c4d"}`),
			},
		},
		{
			"of the same name in another service", mapping.Message{SID: "IM4", Author: "jane.d"}, support,
			mapping.Message{SID: "IM4", Author: "jane.d", Media: []mapping.Media{}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := erasing.Message(tt.service, tt.in, nobody)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Message (-want +got):\n%s", diff)
			}
			if again := erasing.Message(tt.service, got, nobody); cmp.Diff(got.Body, again.Body) != "" {
				t.Errorf("Message of what is erased already = %q; want it unchanged", again.Body)
			}
		})
	}
}

func TestErasedParticipant(t *testing.T) {
	two := int64(2)
	got, _ := erasing.Participant(sales, mapping.Participant{
		SID: "MB1", Identity: "jane.doe", Attributes: `{"a":1}`, RoleSID: "RL1", LastReadMessageIndex: &two,
		Binding: &mapping.MessagingBinding{Type: "sms", ProjectedAddress: "+15557654321", Name: "Jane"},
	})
	want := mapping.Participant{
		SID: "MB1", Identity: "Person 1a2b3c4d", Attributes: "{}", RoleSID: "RL1", LastReadMessageIndex: &two, Erased: mapping.ActionAnonymise,
		Binding: &mapping.MessagingBinding{Type: "sms", ProjectedAddress: "Person 1a2b3c4d"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Participant (-want +got):\n%s", diff)
	}
}

func TestErasedUser(t *testing.T) {
	got, ok := erasing.User(mapping.User{SID: "US1", ServiceSID: sales, Identity: "jane.doe", FriendlyName: "Jane Doe", Attributes: `{"a":1}`})
	want := mapping.User{SID: "US1", ServiceSID: sales, Identity: "Person 1a2b3c4d", FriendlyName: "Person 1a2b3c4d", Attributes: "{}"}
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("User: %t (-want +got):\n%s", ok, diff)
	}
	if _, ok := erasing.User(mapping.User{ServiceSID: sales, Identity: "whatsapp:+15551234567"}); ok {
		t.Error("User of one who is dropped = true; want false")
	}
}

// Nothing of an erased person's is left in anything that is drafted.
func TestNothingOfErasedPeopleIsDrafted(t *testing.T) {
	c := mapping.Conversation{SID: "CH1", ServiceSID: sales, FriendlyName: "Chat with Jane Doe", Attributes: `{"with":"jane.doe"}`, Raw: json.RawMessage(`{"friendly_name":"Chat with Jane Doe"}`)}
	participants := []mapping.Participant{
		{SID: "MB1", Identity: "jane.doe", Attributes: `{"mail":"secret"}`, Raw: json.RawMessage(`{"identity":"jane.doe"}`)},
		{SID: "MB2", Binding: &mapping.MessagingBinding{Type: "whatsapp", Address: "whatsapp:+15551234567", Name: "secret"}},
		{SID: "MB3", Identity: "bob", Attributes: `{"knows":"Jane Doe"}`},
	}
	messages := []mapping.Message{
		{SID: "IM1", Author: "jane.doe", ParticipantSID: "MB1", Body: "hello", Attributes: `{"a":"secret"}`, ChannelMetadata: json.RawMessage(`{"from":"secret"}`)},
		{SID: "IM2", Author: "whatsapp:+15551234567", ParticipantSID: "MB2", Body: "secret", Media: []mapping.Media{{SID: "ME1", Filename: "secret.txt"}}},
		{SID: "IM3", Author: "bob", ParticipantSID: "MB3", Body: "Jane Doe said hello", Media: []mapping.Media{{SID: "ME2", Filename: "jane.doe.txt"}}},
	}
	rules := mapping.Rules{MediaURL: "https://files.example.com/{key}", Addresses: mapping.AddressesKeep, People: erasing}
	c = erasing.Conversation(c)
	for i, p := range participants {
		participants[i], _ = erasing.Participant(sales, p)
	}
	ro, losses := rules.Roster(c, participants, nil)
	thread, _ := rules.ChatThread(c, ro)
	var written strings.Builder
	enc := json.NewEncoder(&written)
	for _, m := range messages {
		d, lost := rules.ChatMessage(ro, erasing.Message(sales, m, mapping.Decision{}), nil)
		losses = append(losses, lost...)
		_ = enc.Encode(d)
		written.Write(d.Chunk)
	}
	_ = enc.Encode(thread.Topic)
	_ = enc.Encode(thread.Metadata)
	for _, m := range thread.Members {
		_ = enc.Encode(m)
	}
	written.Write(rules.Sidecar(c, ro))
	for _, name := range []string{"jane.doe", "Jane Doe", "+15551234567", "secret"} {
		if strings.Contains(written.String(), name) {
			t.Errorf("what is written has %q:\n%s", name, written.String())
		}
	}
	for _, code := range []mapping.LossCode{mapping.LossPersonDropped, mapping.LossPersonAnonymised, mapping.LossMessageLeftOut, mapping.LossAuthorAnonymised} {
		if !strings.Contains(codes(losses), string(code)) {
			t.Errorf("losses = %s; want %s among them", codes(losses), code)
		}
	}
	if len(thread.Members) != 2 {
		t.Errorf("%d members; want the anonymised one and bob", len(thread.Members))
	}
}

func TestPeopleMadeOne(t *testing.T) {
	decided := mapping.NewDecisions([]mapping.Decision{
		{Key: userKey(sales, "al"), Action: mapping.ActionMerge, SameAs: userKey(sales, "alice")},
		{Key: userKey(sales, "alice"), Name: "Alice A."},
	})
	rules := mapping.Rules{People: decided}
	ro, losses := rules.Roster(mapping.Conversation{SID: "CH1", ServiceSID: sales}, []mapping.Participant{
		{SID: "MB1", Identity: "alice"}, {SID: "MB2", Identity: "al"},
	}, nil)
	if len(ro.Members) != 1 || ro.Members[0].Key != userKey(sales, "alice") || ro.Members[0].DisplayName != "Alice A." {
		t.Errorf("Members = %+v; want Alice A. once", ro.Members)
	}
	if !strings.Contains(codes(losses), string(mapping.LossParticipantMerged)) {
		t.Errorf("losses = %s; want %s among them", codes(losses), mapping.LossParticipantMerged)
	}
	if got := ro.Sender(mapping.Message{Author: "al"}).Key; got != userKey(sales, "alice") {
		t.Errorf("Sender of al = %+v; want alice", got)
	}
}

func FuzzErasedJSON(f *testing.F) {
	f.Add(`{"a":"jane.doe","b":[1,"\u004aane Doe"]}`)
	f.Add(`{"a":"{\"jane.doe\":1}"}`)
	f.Add(`not JSON: jane.doe`)
	f.Fuzz(func(t *testing.T, raw string) {
		got := erasing.Resource(json.RawMessage(raw))
		if json.Valid([]byte(raw)) && !json.Valid(got) {
			t.Errorf("Resource(%q) = %q, which is no JSON", raw, got)
		}
		if again := erasing.Resource(got); string(again) != string(got) {
			t.Errorf("Resource(%q) = %q, then %q", raw, got, again)
		}
	})
}
