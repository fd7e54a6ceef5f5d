package fixtureserver

import "github.com/twilio2acs/twilio2acs/twiliosrc"

func (s *Server) conversationRoutes(prefix string) []route {
	return []route{
		{prefix + "/Conversations", s.list(s.inService, twiliosrc.KindConversations, sizes{50, 100})},
		{prefix + "/Conversations/{sid}", s.fetch(s.inService, twiliosrc.KindConversations)},
	}
}
