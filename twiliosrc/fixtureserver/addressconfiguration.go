package fixtureserver

import (
	"encoding/json"
	"net/http"
)

func (s *Server) addressConfigurationRoutes() []route {
	const path = "/v1/Configuration/Addresses"
	return []route{
		{ResourceAddressConfigurations, path, s.list(s.addressConfigurations)},
		{ResourceAddressConfigurations, path + "/{sid}", s.fetch(s.addressConfigurations, aliasAddress)},
	}
}

// addressConfigurations are those of the account, of one type if the query says so.
func (s *Server) addressConfigurations(r *http.Request) (collection, error) {
	c, err := s.inAccount(ResourceAddressConfigurations)(r)
	c.filters = []string{"Type"}
	if wanted := r.URL.Query().Get("Type"); wanted != "" {
		c = c.only(func(raw json.RawMessage) bool { return text(raw, "type") == wanted })
	}
	return c, err
}
