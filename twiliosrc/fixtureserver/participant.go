package fixtureserver

func (s *Server) participantRoutes(prefix string) []route {
	prefix += "/Conversations/{conversation}/Participants"
	participants := s.inConversation(ResourceParticipants)
	return []route{
		{ResourceParticipants, prefix, s.list(participants)},
		{ResourceParticipants, prefix + "/{sid}", s.fetch(participants, aliasIdentity)},
	}
}
