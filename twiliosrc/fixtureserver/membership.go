package fixtureserver

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// member is a participant and the conversation it is in.
type member struct {
	service      mapping.ServiceSID
	conversation mapping.ConversationSID
	raw          conversationText
	participant  participant
}

// conversationText is what is copied of a conversation as it is written.
type conversationText struct {
	FriendlyName json.RawMessage `json:"friendly_name"`
	UniqueName   json.RawMessage `json:"unique_name"`
	Attributes   json.RawMessage `json:"attributes"`
	State        json.RawMessage `json:"state"`
	Timers       json.RawMessage `json:"timers"`
	DateCreated  json.RawMessage `json:"date_created"`
	DateUpdated  json.RawMessage `json:"date_updated"`
}

// memberships are the conversations that someone takes part in, each as show
// writes it. Places are their numbers.
func (s *Server) memberships(resource Resource, who person, find func(*people) []membership, show func(context.Context, member) (any, error)) collection {
	read := func(ctx context.Context, place int64, backward bool) iter.Seq2[twiliosrc.Record, error] {
		all, err := s.people()
		if err != nil {
			return failed(err)
		}
		list := find(all)
		return numbered(len(list), place, backward, func(i int) (twiliosrc.Record, bool, error) {
			m, err := s.member(ctx, who.service, list[i])
			if errors.Is(err, fs.ErrNotExist) {
				return twiliosrc.Record{}, false, nil // deleted meanwhile
			}
			if err != nil {
				return twiliosrc.Record{}, true, err
			}
			shown, err := show(ctx, m)
			if err != nil {
				return twiliosrc.Record{}, true, err
			}
			raw, err := marshal(shown)
			return twiliosrc.Record{Raw: raw}, true, err
		})
	}
	return assembled(resource, string(who.service)+" "+who.name, read)
}

// member reads a membership.
func (s *Server) member(ctx context.Context, service mapping.ServiceSID, at membership) (member, error) {
	m := member{service: service, conversation: at.conversation}
	conversations := s.recorded(ResourceConversations, twiliosrc.Listing{Kind: twiliosrc.KindConversations})
	raw, err := s.lookUp(ctx, conversations, string(at.conversation), noAlias)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(raw, &m.raw); err != nil {
		return m, err
	}
	l := twiliosrc.Listing{Kind: twiliosrc.KindParticipants, Conversation: at.conversation}
	record, err := s.recordAt(ctx, l, at.start)
	if err != nil {
		return m, err
	}
	if raw, err = s.changes.current(ResourceParticipants, record.Raw); err != nil {
		return m, err
	}
	return m, json.Unmarshal(raw, &m.participant)
}

// conversationURL and participantURL are those of m.
func (m member) conversationURL() string {
	return productionURL + "/v1/Services/" + string(m.service) + "/Conversations/" + string(m.conversation)
}

func (m member) participantURL() string {
	return m.conversationURL() + "/Participants/" + m.participant.SID
}

// memberLinks are the links of both lists of memberships.
type memberLinks struct {
	Participant  string `json:"participant"`
	Conversation string `json:"conversation"`
}

func (m member) links() memberLinks { return memberLinks{m.participantURL(), m.conversationURL()} }
