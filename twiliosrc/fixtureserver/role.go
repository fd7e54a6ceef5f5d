package fixtureserver

func (s *Server) roleRoutes(prefix string) []route {
	roles := s.inService(ResourceRoles)
	return []route{
		{ResourceRoles, prefix + "/Roles", s.list(roles)},
		{ResourceRoles, prefix + "/Roles/{sid}", s.fetch(roles, noAlias)},
	}
}
