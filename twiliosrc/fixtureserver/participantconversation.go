package fixtureserver

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

func (s *Server) participantConversationRoutes(prefix string) []route {
	return []route{{
		ResourceParticipantConversations, prefix + "/ParticipantConversations", s.list(s.participantConversations),
	}}
}

// participantConversations are those of an identity, or of an address.
func (s *Server) participantConversations(r *http.Request) (collection, error) {
	service, err := s.service(r)
	if err != nil {
		return collection{}, err
	}
	query := r.URL.Query()
	identity, address := query.Get("Identity"), query.Get("Address")
	if (identity == "") == (address == "") {
		return collection{}, badRequest("Either Identity or Address is needed")
	}
	who, find := person{service, address}, func(p *people) []membership { return p.byAddress[person{service, address}] }
	if identity != "" {
		who, find = person{service, identity}, func(p *people) []membership { return p.byIdentity[person{service, identity}] }
	}
	c := s.memberships(ResourceParticipantConversations, who, find, s.participantConversation)
	c.filters = []string{"Identity", "Address"}
	return c, nil
}

// participantConversation is how a membership is shown there. Unlike in a
// participant all parts of its binding are there, some as null. Who created a
// conversation is not recorded.
type participantConversation struct {
	Account      mapping.AccountSID      `json:"account_sid"`
	Service      mapping.ServiceSID      `json:"chat_service_sid"`
	Participant  string                  `json:"participant_sid"`
	User         *string                 `json:"participant_user_sid"`
	Identity     *string                 `json:"participant_identity"`
	Binding      any                     `json:"participant_messaging_binding"`
	Conversation mapping.ConversationSID `json:"conversation_sid"`
	UniqueName   json.RawMessage         `json:"conversation_unique_name"`
	FriendlyName json.RawMessage         `json:"conversation_friendly_name"`
	Attributes   json.RawMessage         `json:"conversation_attributes"`
	DateCreated  json.RawMessage         `json:"conversation_date_created"`
	DateUpdated  json.RawMessage         `json:"conversation_date_updated"`
	CreatedBy    *string                 `json:"conversation_created_by"`
	State        json.RawMessage         `json:"conversation_state"`
	Timers       json.RawMessage         `json:"conversation_timers"`
	Links        memberLinks             `json:"links"`
}

func (s *Server) participantConversation(ctx context.Context, m member) (any, error) {
	account, _ := s.snap.Account()
	p := participantConversation{
		Account: account, Service: m.service, Participant: m.participant.SID, Identity: m.participant.Identity,
		Conversation: m.conversation, UniqueName: m.raw.UniqueName, FriendlyName: m.raw.FriendlyName,
		Attributes: m.raw.Attributes, DateCreated: m.raw.DateCreated, DateUpdated: m.raw.DateUpdated,
		State: m.raw.State, Timers: m.raw.Timers, Links: m.links(),
	}
	if m.participant.Binding.Type != nil {
		p.Binding = m.participant.Binding
	}
	if p.Identity == nil {
		return p, nil
	}
	users := twiliosrc.Listing{Kind: twiliosrc.KindUsers, Service: m.service}
	raw, err := s.snap.Find(ctx, users, "identity", *p.Identity)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if sid := text(raw, "sid"); sid != "" {
		p.User = &sid
	}
	return p, nil
}
