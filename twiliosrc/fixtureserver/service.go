package fixtureserver

import (
	"net/http"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

func (s *Server) serviceRoutes() []route {
	services := s.inAccount(ResourceServices)
	return []route{
		{ResourceServices, "/v1/Services", s.list(services)},
		{ResourceServices, "/v1/Services/{sid}", s.fetch(services, noAlias)},
	}
}

// inAccount finds the list of a resource that belongs to no service.
func (s *Server) inAccount(resource Resource) finder {
	return func(*http.Request) (collection, error) {
		return s.recorded(resource, twiliosrc.Listing{Kind: resource.kind()}), nil
	}
}
