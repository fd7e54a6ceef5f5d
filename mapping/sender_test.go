package mapping_test

import (
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func former(name string) mapping.PersonKey {
	return mapping.PersonKey{Kind: mapping.PersonFormer, Service: serviceSID, Name: name}
}

func TestSender(t *testing.T) {
	keep := mapping.Rules{Addresses: mapping.AddressesKeep}
	for _, tt := range []struct {
		name      string
		rules     mapping.Rules
		author    string
		sid       mapping.ParticipantSID
		key       mapping.PersonKey
		display   string
		temporary bool
		metadata  string // twilioAuthor
	}{
		{name: "participant", author: "ana", sid: anaSID, key: user("ana"), display: "Ana Souza", metadata: "ana"},
		{name: "participant without author", sid: anaSID, key: user("ana"), display: "Ana Souza"},
		{name: "participant under another name", author: "Bot of Ana", sid: anaSID, key: user("ana"), display: "Bot of Ana", metadata: "Bot of Ana"},
		{name: "participant under an address", author: "+15557654321", sid: anaSID, key: user("ana"), display: "SMS ••21", metadata: string(anaSID)},
		{name: "participant under a blank name", author: " \t", sid: anaSID, key: user("ana"), display: "Ana Souza", metadata: " \t"},
		{name: "the participant goes before the author", author: "ana", sid: smsSID, key: placeholder("+15551234567"), display: "ana", metadata: "ana"},
		{name: "SMS", author: "+15551234567", sid: smsSID, key: placeholder("+15551234567"), display: "SMS ••67", metadata: string(smsSID)},
		{name: "SMS, kept", rules: keep, author: "+15551234567", sid: smsSID, key: placeholder("+15551234567"), display: "+15551234567", metadata: "+15551234567"},
		{name: "author is a member's identity", author: "ana", key: user("ana"), display: "Ana Souza", metadata: "ana"},
		{name: "author is a member's address", author: "+15551234567", key: placeholder("+15551234567"), display: "SMS ••67", metadata: string(smsSID)},
		{name: "left and came back", author: "ana", sid: goneSID, key: user("ana"), display: "Ana Souza", metadata: "ana"},
		{name: "left", author: "carl", sid: goneSID, key: former("carl"), display: "carl", temporary: true, metadata: "carl"},
		{name: "left, a user of the service", author: "bo", key: former("bo"), display: "bo", temporary: true, metadata: "bo"},
		{name: "left, without an author", sid: goneSID, key: former("participant:" + string(goneSID)), display: "Former participant", temporary: true},
		{name: "left, with an address", author: "whatsapp:+4917012345", sid: goneSID, key: former("whatsapp:+4917012345"), display: "WhatsApp ••45", temporary: true, metadata: string(goneSID)},
		{name: "unknown address", author: "jane@contoso.example", key: former("jane@contoso.example"), display: "E-mail j••", temporary: true},
		{name: "unknown named address", author: "Jane <jane@contoso.example>", key: former("Jane <jane@contoso.example>"), display: "Jane", temporary: true},
		{name: "unknown address, kept", rules: keep, author: "jane@contoso.example", key: former("jane@contoso.example"), display: "jane@contoso.example", temporary: true, metadata: "jane@contoso.example"},
		{name: "identities are told apart by case", author: "Ana", key: mapping.Keeper, display: "Ana", temporary: true, metadata: "Ana"},
		{name: "system", author: "system", key: mapping.Keeper, display: "system", temporary: true, metadata: "system"},
		{name: "nobody", key: mapping.Keeper, display: "system", temporary: true},
		{name: "blank", author: "\n", key: mapping.Keeper, display: "system", temporary: true, metadata: "\n"},
		{name: "free text", author: "Shop\nBot", key: mapping.Keeper, display: "Shop Bot", temporary: true, metadata: "Shop\nBot"},
		{name: "digits are no address", author: "1234567", key: mapping.Keeper, display: "1234567", temporary: true, metadata: "1234567"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ro := rosterOf(t, tt.rules)
			m := message(func(m *mapping.Message) { m.Author, m.ParticipantSID = tt.author, tt.sid })
			got := ro.Sender(m)
			want := mapping.Sender{Key: tt.key, DisplayName: tt.display, Temporary: tt.temporary}
			if got != want {
				t.Errorf("Sender = %+v; want %+v", got, want)
			}
			d, _ := tt.rules.ChatMessage(ro, m, nil)
			if d.Sender != want || d.Parts[0].SenderDisplayName != tt.display {
				t.Errorf("ChatMessage sends as %+v, %q; want %+v", d.Sender, d.Parts[0].SenderDisplayName, want)
			}
			author, ok := d.Parts[0].Metadata[mapping.KeyAuthor]
			if author != tt.metadata || ok != (tt.metadata != "") {
				t.Errorf("%s = %q, %t; want %q", mapping.KeyAuthor, author, ok, tt.metadata)
			}
		})
	}
}

func TestMaskedNames(t *testing.T) {
	ro := rosterOf(t, stored)
	for author, want := range map[string]string{
		"+1 (555) 123-4567":           "SMS ••67",
		"tel:+15551234567":            "SMS ••67",
		"WhatsApp:+15551234567":       "WhatsApp ••67",
		"messenger:1234567":           "Messenger ••67",
		"line:+15551234567":           "line ••67",
		"urn:mbid:AQAAYyUb":           "Channel ••Ub",
		"mailto:jane@contoso.example": "E-mail j••",
		" jane@contoso.example ":      "E-mail j••",
		"👩‍🚀@contoso.example":         "E-mail 👩‍🚀••",
		"<jane@contoso.example>":      "E-mail j••",
		"a@b.example <a@b.example>":   "E-mail a••",
		`"Doe, Jane" <j@x.example>`:   "Doe, Jane",
		"+1555":                       "+1555",
		"+1 555 CALL ME":              "+1 555 CALL ME",
		"team@sales":                  "team@sales",
		"at 5:30 @ the shop":          "at 5:30 @ the shop",
		"a:b":                         "a:b",
		"urn:isbn:123456789":          "urn:isbn:123456789",
		"<3":                          "<3",
	} {
		got := ro.Sender(message(func(m *mapping.Message) { m.Author, m.ParticipantSID = author, "" }))
		if got.DisplayName != want || (got.Key.Kind == mapping.PersonFormer) != (want != author) {
			t.Errorf("Sender of %q = %+v; want it shown as %q", author, got, want)
		}
	}
}

func TestSenderGroupMMS(t *testing.T) {
	group := mapping.Participant{SID: "MB5", Identity: "dee", Binding: &mapping.MessagingBinding{Type: "sms", ProjectedAddress: "+15558888888"}}
	ro, _ := stored.Roster(conversation, []mapping.Participant{group}, contoso)
	got := ro.Sender(message(func(m *mapping.Message) { m.Author, m.ParticipantSID = "+15558888888", "" }))
	if got.Key != user("dee") || got.DisplayName != "dee" {
		t.Errorf("Sender of the projected address = %+v; want dee", got)
	}
}

func TestSenderIdentityGoesBeforeAddress(t *testing.T) {
	number := mapping.Participant{SID: "MB6", Identity: "+15551234567"}
	ro, _ := stored.Roster(conversation, []mapping.Participant{sms, number}, contoso)
	got := ro.Sender(message(func(m *mapping.Message) { m.Author, m.ParticipantSID = "+15551234567", "" }))
	if got.Key != user("+15551234567") {
		t.Errorf("Sender = %+v; want the chat user of that identity", got)
	}
}

func TestSenderLosses(t *testing.T) {
	long := strings.Repeat("é", 300)
	for _, tt := range []struct {
		name, author string
		sid          mapping.ParticipantSID
		want         string
	}{
		{"member", "ana", anaSID, ""},
		{"left", "carl", goneSID, "author-left"},
		{"no person", "system", "", "author-no-person"},
		{"address without participant", "+15557654321", "", "author-left address-masked"},
		{"long name", long, "", "name-cut author-no-person"},
		{"name too long for metadata", strings.Repeat(long, 2), "", "name-cut author-no-person metadata-trimmed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ro := rosterOf(t, stored)
			_, losses := stored.ChatMessage(ro, message(func(m *mapping.Message) { m.Author, m.ParticipantSID = tt.author, tt.sid }), nil)
			if codes(losses) != tt.want {
				t.Errorf("losses = %q; want %q", codes(losses), tt.want)
			}
		})
	}
}
