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
	routes = append(routes, s.addressConfigurationRoutes()...)
	routes = append(routes, s.pushRoutes()...)
	for _, prefix := range []string{"/v1", "/v1/Services/{service}"} {
		routes = append(routes, s.conversationRoutes(prefix)...)
		routes = append(routes, s.participantRoutes(prefix)...)
		routes = append(routes, s.messageRoutes(prefix)...)
		routes = append(routes, s.receiptRoutes(prefix)...)
		routes = append(routes, s.channelMetadataRoutes(prefix)...)
		routes = append(routes, s.webhookRoutes(prefix)...)
		routes = append(routes, s.userRoutes(prefix)...)
		routes = append(routes, s.userConversationRoutes(prefix)...)
		routes = append(routes, s.participantConversationRoutes(prefix)...)
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
	var err error
	if sid == "" {
		if sid, err = s.snap.DefaultService(r.Context()); err != nil {
			return "", err
		}
	}
	_, err = s.snap.Find(r.Context(), twiliosrc.Listing{Kind: twiliosrc.KindServices}, "sid", string(sid))
	return sid, err
}

// inService finds the list of a resource in the service in the path.
func (s *Server) inService(resource Resource) finder {
	return func(r *http.Request) (collection, error) {
		service, err := s.service(r)
		return s.recorded(resource, twiliosrc.Listing{Kind: resource.kind(), Service: service}), err
	}
}

// conversation is the conversation in the path of r, which must be of the
// service there.
func (s *Server) conversation(r *http.Request) (mapping.ConversationSID, error) {
	conversations, err := s.inService(ResourceConversations)(r)
	if err != nil {
		return "", err
	}
	raw, err := s.lookUp(r.Context(), conversations, r.PathValue("conversation"), aliasUniqueName)
	return mapping.ConversationSID(text(raw, "sid")), err
}

// inConversation finds the list of a resource in the conversation in the path.
func (s *Server) inConversation(resource Resource) finder {
	return func(r *http.Request) (collection, error) {
		conversation, err := s.conversation(r)
		return s.recorded(resource, twiliosrc.Listing{Kind: resource.kind(), Conversation: conversation}), err
	}
}
