package fixtureserver

import "github.com/twilio2acs/twilio2acs/twiliosrc"

func (s *Server) roleRoutes(prefix string) []route {
	return []route{
		{prefix + "/Roles", s.list(s.inService, twiliosrc.KindRoles, sizes{50, 50})},
		{prefix + "/Roles/{sid}", s.fetch(s.inService, twiliosrc.KindRoles)},
	}
}
