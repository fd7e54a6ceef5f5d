package fixtureserver

import (
	"net/http"
	"strings"
)

func (s *Server) messageRoutes(prefix string) []route {
	prefix += "/Conversations/{conversation}/Messages"
	return []route{
		{ResourceMessages, prefix, s.list(s.orderedMessages)},
		{ResourceMessages, prefix + "/{sid}", s.fetch(s.inConversation(ResourceMessages), noAlias)},
	}
}

// orderedMessages is the one list that can be read from its end. The case of
// the order does not matter to Twilio.
func (s *Server) orderedMessages(r *http.Request) (collection, error) {
	c, err := s.inConversation(ResourceMessages)(r)
	if err != nil {
		return c, err
	}
	c.filters = []string{"Order"}
	switch strings.ToLower(r.URL.Query().Get("Order")) {
	case "", "asc":
	case "desc":
		c.desc = true
	default:
		return c, badRequest("Order must be asc or desc")
	}
	return c, nil
}
