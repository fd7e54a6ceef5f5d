package emulator

import "net/http"

type sendMessageRequest struct {
	Content    *string       `json:"content"`
	SenderName string        `json:"senderDisplayName"`
	Type       string        `json:"type"`
	Metadata   metadataPatch `json:"metadata"`
}

type sendMessageResult struct {
	ID string `json:"id"`
}

// message is what is asked to be sent, checked.
func (in sendMessageRequest) message(sender userID) (message, error) {
	m := message{Type: in.Type, Sender: sender, SenderName: in.SenderName}
	if m.Type == "" {
		m.Type = typeText
	}
	switch {
	case in.Content == nil:
		return m, badRequest("Content is required.")
	case m.Type == typeText:
		m.Content = *in.Content
	case m.Type == typeHTML:
		m.Content = sanitise(*in.Content)
	default:
		return m, badRequest("The message type is not supported.")
	}
	var err error
	if m.Metadata, err = in.Metadata.whole(); err != nil {
		return m, err
	}
	return m, nil
}

func (s *Server) sendMessage(c *call) (reply, error) {
	var in sendMessageRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	m, err := in.message(c.user)
	if err != nil {
		return reply{}, err
	}
	if err := s.opts.Sizes.checkMessage(m); err != nil {
		return reply{}, err
	}
	s.opts.bendMessage(&m)
	err = s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		if _, err := t.bucket(bucketMessages).NextSequence(); err != nil { // counts sends: see Stats
			return err
		}
		return t.appendMessage(th, &m)
	})
	if err != nil {
		return reply{}, err
	}
	id := m.ID.String()
	return reply{
		status:   http.StatusCreated,
		location: c.threadURL(c.thread) + "/messages/" + id,
		body:     sendMessageResult{ID: id},
	}, nil
}
