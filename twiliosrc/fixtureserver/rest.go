package fixtureserver

import (
	"net/http"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// REST is the host of conversations. Everything is under the path of its
// service; what belongs to the default service is at the top as well.
func (s *Server) REST() http.Handler {
	routes := append(s.serviceRoutes(), s.configurationRoutes()...)
	for _, prefix := range []string{"/v1", "/v1/Services/{service}"} {
		routes = append(routes, s.conversationRoutes(prefix)...)
		routes = append(routes, s.participantRoutes(prefix)...)
		routes = append(routes, s.messageRoutes(prefix)...)
		routes = append(routes, s.userRoutes(prefix)...)
		routes = append(routes, s.roleRoutes(prefix)...)
	}
	for i := range routes {
		routes[i].handle = s.authorized(routes[i].handle)
	}
	return s.host(HostREST, routes, failJSON)
}

// service is the service in the path of r, or the default one. One that the
// account does not have is not found.
func (s *Server) service(r *http.Request) (mapping.ServiceSID, error) {
	sid := mapping.ServiceSID(r.PathValue("service"))
	if sid == "" {
		sid = s.snap.Manifest().DefaultServiceSID
	}
	_, err := s.snap.Find(r.Context(), twiliosrc.Listing{Kind: twiliosrc.KindServices}, "sid", string(sid))
	return sid, err
}

// inService is a list of the service in the path of r.
func (s *Server) inService(r *http.Request, kind twiliosrc.Kind) (twiliosrc.Listing, error) {
	service, err := s.service(r)
	return twiliosrc.Listing{Kind: kind, Service: service}, err
}

// inConversation is a list of the conversation in the path of r, which must be
// of the service there.
func (s *Server) inConversation(r *http.Request, kind twiliosrc.Kind) (twiliosrc.Listing, error) {
	conversations, err := s.inService(r, twiliosrc.KindConversations)
	if err != nil {
		return conversations, err
	}
	sid := r.PathValue("conversation")
	_, err = s.snap.Find(r.Context(), conversations, "sid", sid)
	return twiliosrc.Listing{Kind: kind, Conversation: mapping.ConversationSID(sid)}, err
}

// listing finds the list that a request is about.
type listing func(*http.Request, twiliosrc.Kind) (twiliosrc.Listing, error)

// fetch answers with the resource of a list whose SID is in the path.
func (s *Server) fetch(find listing, kind twiliosrc.Kind) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		l, err := find(r, kind)
		if err != nil {
			return err
		}
		raw, err := s.snap.Find(r.Context(), l, "sid", r.PathValue("sid"))
		if err != nil {
			return err
		}
		writeJSON(w, http.StatusOK, raw)
		return nil
	}
}
