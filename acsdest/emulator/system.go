package emulator

// announceTopic writes the system message about a new topic.
func (t tx) announceTopic(th *openThread, by userID, topic string) error {
	return t.appendMessage(th, &message{Type: typeTopicUpdated, Initiator: by, Topic: topic})
}

// announceMembers writes the system message about members who came or went.
func (t tx) announceMembers(th *openThread, by userID, messageType string, who []snapshot) error {
	return t.appendMessage(th, &message{Type: messageType, Initiator: by, Members: who})
}

// systemContent is the content of a system message: it has no sender, the actor
// is the initiator.
func (s *Server) systemContent(m message) contentJSON {
	initiator := s.identifier(m.Initiator)
	out := contentJSON{Initiator: &initiator}
	if m.Type == typeTopicUpdated {
		out.Topic = &m.Topic
	}
	for _, p := range m.Members {
		out.Participants = append(out.Participants, participantJSON{
			Identifier: s.identifier(p.User), Name: p.Name, Share: p.Share.seconds(),
		})
	}
	return out
}
