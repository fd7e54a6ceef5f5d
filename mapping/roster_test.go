package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func binding(kind, address string) *mapping.MessagingBinding {
	return &mapping.MessagingBinding{Type: kind, Address: address}
}

func user(name string) mapping.PersonKey {
	return mapping.PersonKey{Kind: mapping.PersonUser, Service: serviceSID, Name: name}
}

func placeholder(name string) mapping.PersonKey {
	return mapping.PersonKey{Kind: mapping.PersonPlaceholder, Service: serviceSID, Name: name}
}

func TestRosterMember(t *testing.T) {
	keep := mapping.Rules{Addresses: mapping.AddressesKeep}
	for _, tt := range []struct {
		name     string
		rules    mapping.Rules
		in       mapping.Participant
		key      mapping.PersonKey
		display  string
		metadata mapping.Metadata
		losses   string
	}{
		{
			name: "friendly name and role", in: ana, key: user("ana"), display: "Ana Souza",
			metadata: mapping.Metadata{"twilioParticipantSid": string(anaSID), "twilioIdentity": "ana", "twilioRole": "agent"},
		},
		{
			name: "identity for want of a name", in: mapping.Participant{SID: "MB1", Identity: "bo", RoleSID: "RL9", Attributes: `{"x":1}`},
			key: user("bo"), display: "bo",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioIdentity": "bo", "twilioRole": "RL9", "twilioAttributes": `{"x":1}`},
			losses:   "display-name-identity",
		},
		{
			name: "identity is an e-mail address", in: mapping.Participant{SID: "MB1", Identity: "jo@contoso.example"},
			key: user("jo@contoso.example"), display: "E-mail j••",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1"},
			losses:   "display-name-identity address-masked",
		},
		{
			name: "identity is an e-mail address, kept", rules: keep, in: mapping.Participant{SID: "MB1", Identity: "jo@contoso.example"},
			key: user("jo@contoso.example"), display: "jo@contoso.example",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioIdentity": "jo@contoso.example"},
			losses:   "display-name-identity",
		},
		{
			name: "SMS", in: sms, key: placeholder("+15551234567"), display: "SMS ••67",
			metadata: mapping.Metadata{"twilioParticipantSid": string(smsSID), "twilioBindingType": "sms"},
			losses:   "external-participant",
		},
		{
			name: "SMS, kept", rules: keep, in: sms, key: placeholder("+15551234567"), display: "+15551234567",
			metadata: mapping.Metadata{"twilioParticipantSid": string(smsSID), "twilioBindingType": "sms", "twilioIdentity": "+15551234567"},
			losses:   "external-participant",
		},
		{
			name: "WhatsApp", in: mapping.Participant{SID: "MB1", Binding: binding("whatsapp", "whatsapp:+4917012345")},
			key: placeholder("whatsapp:+4917012345"), display: "WhatsApp ••45",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioBindingType": "whatsapp"},
			losses:   "external-participant",
		},
		{
			name: "RCS that fell back to SMS", in: mapping.Participant{SID: "MB1", Binding: binding("sms", "rcs:+4917012345")},
			key: placeholder("rcs:+4917012345"), display: "SMS ••45",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioBindingType": "sms"},
			losses:   "external-participant",
		},
		{
			name: "e-mail", in: mapping.Participant{SID: "MB1", Binding: &mapping.MessagingBinding{Type: "email", Address: "jane@contoso.example", Name: "Jane"}},
			key: placeholder("jane@contoso.example"), display: "E-mail j••",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioBindingType": "email"},
			losses:   "external-participant",
		},
		{
			name: "e-mail, kept: by name", rules: keep, in: mapping.Participant{SID: "MB1", Binding: &mapping.MessagingBinding{Type: "email", Address: "jane@contoso.example", Name: "Jane"}},
			key: placeholder("jane@contoso.example"), display: "Jane",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioBindingType": "email", "twilioIdentity": "jane@contoso.example"},
			losses:   "external-participant",
		},
		{
			name: "short code gives nothing away", in: mapping.Participant{SID: "MB1", Binding: binding("sms", "7234")},
			key: placeholder("7234"), display: "SMS ••",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioBindingType": "sms"},
			losses:   "external-participant",
		},
		{
			name: "unknown channel", in: mapping.Participant{SID: "MB1", Binding: binding("pigeon", "coop:12345")},
			key: placeholder("coop:12345"), display: "pigeon ••45",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioBindingType": "pigeon"},
			losses:   "external-participant",
		},
		{
			name: "Group MMS chat user", in: mapping.Participant{SID: "MB1", Identity: "ana", Binding: &mapping.MessagingBinding{Type: "sms", ProjectedAddress: "+15559999999"}},
			key: user("ana"), display: "Ana Souza",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioIdentity": "ana", "twilioBindingType": "sms"},
		},
		{
			name: "neither identity nor address", in: mapping.Participant{SID: "MB1"},
			key: placeholder("participant:MB1"), display: "Participant",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1"},
			losses:   "external-participant",
		},
		{
			name: "attributes that do not fit", rules: stored, in: mapping.Participant{SID: "MB1", Identity: "ana", Attributes: `"` + strings.Repeat("x", 500) + `"`},
			key: user("ana"), display: "Ana Souza",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioIdentity": "ana"},
			losses:   "metadata-trimmed",
		},
		{
			name: "attributes that do not fit, and no media store", in: mapping.Participant{SID: "MB1", Identity: "ana", Attributes: `"` + strings.Repeat("x", 500) + `"`},
			key: user("ana"), display: "Ana Souza",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioIdentity": "ana"},
			losses:   "not-kept",
		},
		{
			name: "long name is cut", in: mapping.Participant{SID: "MB1", Identity: mapping.Identity(strings.Repeat("n", 300))},
			key: user(strings.Repeat("n", 300)), display: strings.Repeat("n", 256),
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioIdentity": strings.Repeat("n", 300)},
			losses:   "display-name-identity name-cut",
		},
		{
			name: "name of control characters", in: mapping.Participant{SID: "MB1", Identity: "\n\x01"},
			key: user("\n\x01"), display: "MB1",
			metadata: mapping.Metadata{"twilioParticipantSid": "MB1", "twilioIdentity": "\n\x01"},
			losses:   "display-name-identity",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ro, losses := tt.rules.Roster(conversation, []mapping.Participant{tt.in}, contoso)
			if len(ro.Members) != 1 {
				t.Fatalf("Roster has %d members; want 1", len(ro.Members))
			}
			got := ro.Members[0]
			want := mapping.Member{Key: tt.key, DisplayName: tt.display, Metadata: tt.metadata, Participant: tt.in}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("member (-want +got):\n%s", diff)
			}
			if codes(losses) != tt.losses {
				t.Errorf("losses = %q; want %q", codes(losses), tt.losses)
			}
		})
	}
}

func TestRosterMergesOnePersonsParticipants(t *testing.T) {
	horizon := int64(12)
	again := mapping.Participant{SID: "MB9", Identity: "ana", LastReadMessageIndex: &horizon}
	ro, losses := stored.Roster(conversation, []mapping.Participant{ana, sms, again}, contoso)
	if len(ro.Members) != 2 || ro.Members[0].Participant.SID != anaSID || ro.Members[1].Participant.SID != smsSID {
		t.Errorf("Members = %+v; want Ana and the SMS number, once each, in the order of the list", ro.Members)
	}
	if want := "external-participant participant-merged"; codes(losses) != want {
		t.Errorf("losses = %s; want %s", codes(losses), want)
	}
	if got := ro.Members[0].Participant.LastReadMessageIndex; got == nil || *got != horizon {
		t.Errorf("read horizon = %v; want that of the participant who has read further", got)
	}
	got := ro.Sender(message(func(m *mapping.Message) { m.ParticipantSID = "MB9" }))
	if got.Key != user("ana") || got.Temporary {
		t.Errorf("Sender of the merged participant's message = %+v; want Ana", got)
	}
}

func TestRosterUserAttributes(t *testing.T) {
	dir := directory{users: map[mapping.Identity]mapping.User{"ana": {SID: "US1", FriendlyName: "Ana", Attributes: `{"vip":true}`}}}
	_, losses := stored.Roster(conversation, []mapping.Participant{ana}, dir)
	if !lost(losses, mapping.LossUserAttributes) {
		t.Errorf("losses = %s; want user-attributes", codes(losses))
	}
	_, losses = mapping.Rules{}.Roster(conversation, []mapping.Participant{ana}, dir)
	if !lost(losses, mapping.LossNotKept) {
		t.Errorf("losses without a media store = %s; want not-kept", codes(losses))
	}
}

func TestRosterWithoutDirectory(t *testing.T) {
	ro, _ := stored.Roster(conversation, []mapping.Participant{ana, sms}, nil)
	if got := ro.Members[0].DisplayName; got != "ana" {
		t.Errorf("DisplayName = %q; want the identity", got)
	}
	stored.Sidecar(conversation, ro)
	ro.Sender(message(func(m *mapping.Message) { m.Author, m.ParticipantSID = "x", "" }))
}
