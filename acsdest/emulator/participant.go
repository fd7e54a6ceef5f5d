package emulator

import (
	"net/http"
)

// participantPage is how many participants, or receipts, a page holds when
// maxPageSize is omitted, and at most. Not published.
const participantPage = 100

type participantJSON struct {
	Identifier identifierJSON    `json:"communicationIdentifier"`
	Name       string            `json:"displayName,omitempty"`
	Share      string            `json:"shareHistoryTime"`
	Metadata   map[string]string `json:"metadata,omitempty"`
}

type participantListJSON struct {
	Value    []participantJSON `json:"value"`
	NextLink string            `json:"nextLink,omitempty"`
}

func (s *Server) listParticipants(c *call) (reply, error) {
	size, skip, err := c.skipPage(participantPage)
	if err != nil {
		return reply{}, err
	}
	var all []participant
	err = s.state.read(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		all, err = t.members(th.num)
		return err
	})
	if err != nil {
		return reply{}, err
	}
	page, more := slicePage(all, skip, size)
	out := participantListJSON{Value: []participantJSON{}}
	for _, p := range page {
		out.Value = append(out.Value, participantJSON{
			Identifier: s.identifier(p.user), Name: p.Name, Share: p.Share.seconds(), Metadata: p.Metadata,
		})
	}
	if more {
		out.NextLink = c.skipLink("participants", skip+size, size)
	}
	return reply{status: http.StatusOK, body: out}, nil
}

type addParticipantsRequest struct {
	Participants []participantRequest `json:"participants"`
}

type addParticipantsResult struct {
	Invalid []invalidParticipant `json:"invalidParticipants,omitempty"`
}

// addParticipants adds members. Who is one already stays as it is, display name
// included, as recorded.
func (s *Server) addParticipants(c *call) (reply, error) {
	var in addParticipantsRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Participants == nil {
		return reply{}, badRequest("Participants are required.")
	}
	joiners, err := parseParticipants(in.Participants, s.opts.Sizes)
	if err != nil {
		return reply{}, err
	}
	var out addParticipantsResult
	err = s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		added, invalid, err := t.screen(th, joiners)
		if err != nil {
			return err
		}
		out.Invalid = invalid
		return t.join(th, c.user, added)
	})
	return reply{status: http.StatusCreated, body: out}, err
}

// removeParticipant removes one member, who may be the caller. Removing someone
// who is none changes nothing: a guess, after what :add is recorded to do.
func (s *Server) removeParticipant(c *call) (reply, error) {
	var in identifierRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	u, _, err := in.parse()
	if err != nil {
		return reply{}, err
	}
	err = s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		m, found, err := t.member(th.num, u)
		if err != nil || !found {
			return err
		}
		shown := []snapshot{{User: u, Name: m.Name, Share: m.Share}}
		if err := t.announceMembers(th, c.user, typeParticipantRemoved, shown); err != nil {
			return err
		}
		return t.leave(th, u, m)
	})
	return reply{status: http.StatusNoContent}, err
}
