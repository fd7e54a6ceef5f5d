package emulator

import "net/http"

// messageID is the message that the path names.
func (c *call) messageID() (millis, error) { return parseMessageID(c.r.PathValue("message")) }

func (s *Server) getMessage(c *call) (reply, error) {
	id, err := c.messageID()
	if err != nil {
		return reply{}, err
	}
	var m message
	err = s.state.read(func(t tx) error {
		th, view, err := s.asReader(t, c)
		if err != nil {
			return err
		}
		m, err = t.message(th.num, id)
		if err == nil && !view.sees(m) {
			err = messageNotFound()
		}
		return err
	})
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: s.messageJSON(c, m)}, nil
}

type updateMessageRequest struct {
	Content  *string       `json:"content"`
	Metadata metadataPatch `json:"metadata"`
}

func (s *Server) updateMessage(c *call) (reply, error) {
	var in updateMessageRequest
	if err := c.decodePatch(&in); err != nil {
		return reply{}, err
	}
	return s.changeMessage(c, func(m *message) (bool, error) {
		if m.Deleted > 0 {
			return false, messageNotFound()
		}
		if in.Content != nil {
			m.Content = *in.Content
			if m.Type == typeHTML {
				m.Content = sanitise(m.Content)
			}
		}
		m.Metadata = in.Metadata.merge(m.Metadata)
		m.Edited = now()
		return in.Content != nil || len(in.Metadata) > 0, s.opts.Sizes.checkMessage(*m)
	})
}

func (s *Server) deleteMessage(c *call) (reply, error) {
	return s.changeMessage(c, func(m *message) (bool, error) {
		changed := m.Deleted == 0
		m.erase(now())
		return changed, nil
	})
}

// changeMessage applies change to the message of the path, which only its
// sender may do, and moves it to the front unless change reports that nothing
// changed.
func (s *Server) changeMessage(c *call, change func(*message) (bool, error)) (reply, error) {
	id, err := c.messageID()
	if err != nil {
		return reply{}, err
	}
	err = s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		m, err := t.message(th.num, id)
		if err != nil {
			return err
		}
		if m.Sender != c.user {
			return forbidden()
		}
		changed, err := change(&m)
		if err != nil || !changed {
			return err
		}
		return t.moveMessage(th, &m)
	})
	return reply{status: http.StatusNoContent}, err
}
