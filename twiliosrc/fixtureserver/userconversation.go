package fixtureserver

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"net/http"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

func (s *Server) userConversationRoutes(prefix string) []route {
	prefix += "/Users/{user}/Conversations"
	return []route{
		{ResourceUserConversations, prefix, s.list(s.userConversations)},
		{ResourceUserConversations, prefix + "/{conversation}", s.fetchUserConversation},
	}
}

// userConversations are those that the user in the path takes part in.
func (s *Server) userConversations(r *http.Request) (collection, error) {
	users, err := s.inService(ResourceUsers)(r)
	if err != nil {
		return collection{}, err
	}
	raw, err := s.lookUp(r.Context(), users, r.PathValue("user"), aliasIdentity)
	if err != nil {
		return collection{}, err
	}
	service, err := s.service(r)
	who := person{service, text(raw, "identity")}
	user := text(raw, "sid")
	return s.memberships(ResourceUserConversations, who,
		func(p *people) []membership { return p.byIdentity[who] },
		func(ctx context.Context, m member) (any, error) { return s.userConversation(ctx, user, m) },
	), err
}

// fetchUserConversation finds the conversation by its SID or its unique name.
func (s *Server) fetchUserConversation(w http.ResponseWriter, r *http.Request) error {
	all, err := s.userConversations(r)
	if err != nil {
		return err
	}
	name := r.PathValue("conversation")
	raw, err := all.find(r.Context(), "conversation_sid", name)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = all.find(r.Context(), aliasUniqueName, name)
	}
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, raw)
	return nil
}

// userConversation is how a membership is shown to its user. Who created the
// conversation and whether the user has muted it is not recorded.
type userConversation struct {
	Account      mapping.AccountSID      `json:"account_sid"`
	Service      mapping.ServiceSID      `json:"chat_service_sid"`
	Conversation mapping.ConversationSID `json:"conversation_sid"`
	Unread       *int64                  `json:"unread_messages_count"`
	LastRead     *int64                  `json:"last_read_message_index"`
	Participant  string                  `json:"participant_sid"`
	User         *string                 `json:"user_sid"`
	FriendlyName json.RawMessage         `json:"friendly_name"`
	State        json.RawMessage         `json:"conversation_state"`
	Timers       json.RawMessage         `json:"timers"`
	Attributes   json.RawMessage         `json:"attributes"`
	DateCreated  json.RawMessage         `json:"date_created"`
	DateUpdated  json.RawMessage         `json:"date_updated"`
	CreatedBy    *string                 `json:"created_by"`
	Notification string                  `json:"notification_level"`
	UniqueName   json.RawMessage         `json:"unique_name"`
	URL          string                  `json:"url"`
	Links        memberLinks             `json:"links"`
}

func (s *Server) userConversation(ctx context.Context, user string, m member) (any, error) {
	account, _ := s.snap.Account()
	u := userConversation{
		Account: account, Service: m.service, Conversation: m.conversation, LastRead: m.participant.LastRead,
		Participant: m.participant.SID, FriendlyName: m.raw.FriendlyName, State: m.raw.State, Timers: m.raw.Timers,
		Attributes: m.raw.Attributes, DateCreated: m.raw.DateCreated, DateUpdated: m.raw.DateUpdated,
		Notification: "default", UniqueName: m.raw.UniqueName, Links: m.links(),
		URL: productionURL + "/v1/Services/" + string(m.service) + "/Users/" + user + "/Conversations/" + string(m.conversation),
	}
	if user != "" {
		u.User = &user
	}
	if u.LastRead == nil {
		return u, nil
	}
	unread, err := s.unread(ctx, m.conversation, *u.LastRead)
	u.Unread = &unread
	return u, err
}

// unread counts the messages after an index, from the last one on.
func (s *Server) unread(ctx context.Context, conversation mapping.ConversationSID, index int64) (n int64, err error) {
	l := twiliosrc.Listing{Kind: twiliosrc.KindMessages, Conversation: conversation}
	for record, err := range s.snap.RecordsBefore(ctx, l, math.MaxInt64) {
		if err != nil {
			return 0, err
		}
		var m struct {
			Index int64 `json:"index"`
		}
		if err := json.Unmarshal(record.Raw, &m); err != nil {
			return 0, err
		}
		if m.Index <= index {
			break
		}
		n++
	}
	return n, nil
}
