package fixtureserver

import (
	"net/http"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

func (s *Server) serviceRoutes() []route {
	return []route{
		{"/v1/Services", s.list(ofAccount, twiliosrc.KindServices, sizes{50, 100})},
		{"/v1/Services/{sid}", s.fetch(ofAccount, twiliosrc.KindServices)},
	}
}

func ofAccount(_ *http.Request, kind twiliosrc.Kind) (twiliosrc.Listing, error) {
	return twiliosrc.Listing{Kind: kind}, nil
}
