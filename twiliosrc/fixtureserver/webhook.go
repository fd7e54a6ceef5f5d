package fixtureserver

import (
	"encoding/json"
	"net/http"
)

func (s *Server) webhookRoutes(prefix string) []route {
	prefix += "/Conversations/{conversation}/Webhooks"
	return []route{
		{ResourceWebhooks, prefix, s.list(s.webhooks)},
		{ResourceWebhooks, prefix + "/{sid}", s.fetch(s.webhooks, noAlias)},
	}
}

// webhooks are those of the conversation in the path.
func (s *Server) webhooks(r *http.Request) (collection, error) {
	conversation, err := s.conversation(r)
	return s.owned(ResourceWebhooks, conversation, func(json.RawMessage) bool { return true }), err
}
