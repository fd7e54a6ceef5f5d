package mapping_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// stored are rules with a media store.
var stored = mapping.Rules{MediaURL: "https://files.contoso.example/{key}"}

const (
	serviceSID      = mapping.ServiceSID("IS00000000000000000000000000000001")
	conversationSID = mapping.ConversationSID("CH00000000000000000000000000000001")
	anaSID          = mapping.ParticipantSID("MB00000000000000000000000000000001")
	smsSID          = mapping.ParticipantSID("MB00000000000000000000000000000002")
	goneSID         = mapping.ParticipantSID("MB0000000000000000000000000000dead")
)

// directory is a mapping.Directory of one service.
type directory struct {
	users map[mapping.Identity]mapping.User
	roles map[mapping.RoleSID]mapping.Role
}

func (d directory) User(s mapping.ServiceSID, id mapping.Identity) (mapping.User, bool) {
	u, ok := d.users[id]
	return u, ok && s == serviceSID
}

func (d directory) Role(sid mapping.RoleSID) (mapping.Role, bool) {
	r, ok := d.roles[sid]
	return r, ok
}

// contoso knows Ana, who has a friendly name, and Bo, who has none.
var contoso = directory{
	users: map[mapping.Identity]mapping.User{
		"ana": {SID: "US00000000000000000000000000000001", Identity: "ana", FriendlyName: "Ana Souza", RoleSID: "RL2"},
		"bo":  {SID: "US00000000000000000000000000000002", Identity: "bo"},
	},
	roles: map[mapping.RoleSID]mapping.Role{
		"RL1": {SID: "RL1", FriendlyName: "agent"},
		"RL2": {SID: "RL2", FriendlyName: "service user"},
	},
}

var conversation = mapping.Conversation{
	SID: conversationSID, ServiceSID: serviceSID, FriendlyName: "Order 17", Attributes: "{}",
	State: mapping.StateActive, DateCreated: "2024-05-01T09:00:00Z", DateUpdated: "2024-05-02T09:00:00Z",
}

var ana = mapping.Participant{SID: anaSID, Identity: "ana", RoleSID: "RL1", Attributes: "{}"}

var sms = mapping.Participant{
	SID: smsSID, Attributes: "{}",
	Binding: &mapping.MessagingBinding{Type: "sms", Address: "+15551234567", ProxyAddress: "+15550000000"},
}

// rosterOf is the roster of Ana and of somebody behind an SMS number.
func rosterOf(t testing.TB, r mapping.Rules) *mapping.Roster {
	t.Helper()
	ro, _ := r.Roster(conversation, []mapping.Participant{ana, sms}, contoso)
	return ro
}

// message is what Ana wrote.
func message(change func(*mapping.Message)) mapping.Message {
	m := mapping.Message{
		SID: "IM00000000000000000000000000000001", ConversationSID: conversationSID, Index: 7,
		Author: "ana", ParticipantSID: anaSID, Body: "Hello", Attributes: "{}",
		DateCreated: "2024-05-01T10:00:00Z", DateUpdated: "2024-05-01T10:00:00Z",
	}
	if change != nil {
		change(&m)
	}
	return m
}

// codes are the codes of losses, in their order.
func codes(losses []mapping.Loss) string {
	var list []string
	for _, l := range losses {
		list = append(list, string(l.Code))
	}
	return strings.Join(list, " ")
}

func lost(losses []mapping.Loss, code mapping.LossCode) bool {
	return slices.ContainsFunc(losses, func(l mapping.Loss) bool { return l.Code == code })
}

// joined is the content of all parts.
func joined(d mapping.MessageDraft) string {
	var b strings.Builder
	for _, p := range d.Parts {
		b.WriteString(p.Content)
	}
	return b.String()
}
