package fixtureserver

func (s *Server) userRoutes(prefix string) []route {
	users := s.inService(ResourceUsers)
	return []route{
		{ResourceUsers, prefix + "/Users", s.list(users)},
		{ResourceUsers, prefix + "/Users/{sid}", s.fetch(users, aliasIdentity)},
	}
}
