package fixtureserver

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// people says who takes part where. It grows with the number of participants.
type people struct {
	byIdentity, byAddress map[person][]membership
}

// person is an identity or an address in a service.
type person struct {
	service mapping.ServiceSID
	name    string
}

// membership is where a participant stands in the snapshot.
type membership struct {
	conversation mapping.ConversationSID
	start        int64
}

// participant is what is looked at of one.
type participant struct {
	SID      string  `json:"sid"`
	Identity *string `json:"identity"`
	Binding  struct {
		Type             *string `json:"type"`
		Address          *string `json:"address"`
		ProxyAddress     *string `json:"proxy_address"`
		ProjectedAddress *string `json:"projected_address"`
		Name             *string `json:"name"`
		Level            *string `json:"level"`
	} `json:"messaging_binding"`
	LastRead *int64 `json:"last_read_message_index"`
}

// buildPeople passes over the participants of every conversation. What is
// damaged is nobody's; the lists in which it stands are errors.
func (s *Server) buildPeople() (*people, error) {
	p := &people{map[person][]membership{}, map[person][]membership{}}
	ctx := context.Background()
	for c, err := range s.snap.Conversations(ctx) {
		switch {
		case errors.As(err, new(*mapping.DamagedError)):
			continue
		case err != nil:
			return nil, err
		}
		l := twiliosrc.Listing{Kind: twiliosrc.KindParticipants, Conversation: c.SID}
		for record, err := range s.snap.Records(ctx, l, 0) {
			var of participant
			switch {
			case errors.As(err, new(*mapping.DamagedError)):
				continue
			case err != nil:
				return nil, err
			case json.Unmarshal(record.Raw, &of) != nil:
				continue
			}
			p.add(c, of, record.Start)
		}
	}
	return p, nil
}

func (p *people) add(c mapping.Conversation, of participant, start int64) {
	at := membership{c.SID, start}
	if of.Identity != nil {
		key := person{c.ServiceSID, *of.Identity}
		p.byIdentity[key] = append(p.byIdentity[key], at)
	}
	if of.Binding.Address != nil {
		key := person{c.ServiceSID, *of.Binding.Address}
		p.byAddress[key] = append(p.byAddress[key], at)
	}
}
