package fixtureserver

import "github.com/twilio2acs/twilio2acs/twiliosrc"

func (s *Server) participantRoutes(prefix string) []route {
	prefix += "/Conversations/{conversation}/Participants"
	return []route{
		{prefix, s.list(s.inConversation, twiliosrc.KindParticipants, sizes{50, 100})},
		{prefix + "/{sid}", s.fetch(s.inConversation, twiliosrc.KindParticipants)},
	}
}
