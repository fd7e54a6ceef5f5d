package fixtureserver

import "github.com/twilio2acs/twilio2acs/twiliosrc"

func (s *Server) userRoutes(prefix string) []route {
	return []route{
		{prefix + "/Users", s.list(s.inService, twiliosrc.KindUsers, sizes{50, 50})},
		{prefix + "/Users/{sid}", s.fetch(s.inService, twiliosrc.KindUsers)},
	}
}
