package fixtureserver

func (s *Server) webhookRoutes(prefix string) []route {
	prefix += "/Conversations/{conversation}/Webhooks"
	webhooks := s.inConversation(ResourceWebhooks)
	return []route{
		{ResourceWebhooks, prefix, s.list(webhooks)},
		{ResourceWebhooks, prefix + "/{sid}", s.fetch(webhooks, noAlias)},
	}
}
