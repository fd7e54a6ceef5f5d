package fixtureserver

import (
	"net/http"
	"strings"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

func (s *Server) messageRoutes(prefix string) []route {
	prefix += "/Conversations/{conversation}/Messages"
	return []route{
		{prefix, s.listMessages},
		{prefix + "/{sid}", s.fetch(s.inConversation, twiliosrc.KindMessages)},
	}
}

// listMessages is the one list that can be read from its end. The case of the
// order does not matter to Twilio.
func (s *Server) listMessages(w http.ResponseWriter, r *http.Request) error {
	l, err := s.inConversation(r, twiliosrc.KindMessages)
	if err != nil {
		return err
	}
	order := strings.ToLower(r.URL.Query().Get("Order"))
	if order != "" && order != "asc" && order != "desc" {
		return &apiError{http.StatusBadRequest, codeBadRequest, "Order must be asc or desc"}
	}
	return s.page(w, r, l, sizes{50, 100}, order == "desc")
}
