package fixtureserver

import "net/http"

// pushRoutes are for what lets Twilio notify devices. A snapshot has none of
// it: nothing of it can be carried over.
func (s *Server) pushRoutes() []route {
	bindings := func(r *http.Request) (collection, error) {
		_, err := s.service(r)
		return none(ResourceBindings), err
	}
	credentials := func(*http.Request) (collection, error) { return none(ResourceCredentials), nil }
	return []route{
		{ResourceBindings, "/v1/Services/{service}/Bindings", s.list(bindings)},
		{ResourceBindings, "/v1/Services/{service}/Bindings/{sid}", s.fetch(bindings, noAlias)},
		{ResourceCredentials, "/v1/Credentials", s.list(credentials)},
		{ResourceCredentials, "/v1/Credentials/{sid}", s.fetch(credentials, noAlias)},
	}
}
