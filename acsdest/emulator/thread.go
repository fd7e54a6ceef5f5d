package emulator

import "net/http"

// thread is what a thread is, as stored. What every message changes is its head.
type thread struct {
	ID        threadID          `json:"id"`
	Topic     string            `json:"topic"`
	Created   millis            `json:"created"`
	Creator   userID            `json:"creator"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	Retention *retentionPolicy  `json:"retention,omitempty"`
}

func (t tx) thread(n threadNum) (thread, error) {
	v, _, err := load[thread](t.bucket(bucketThreads), n.key())
	return v, err
}

type threadJSON struct {
	ID        threadID          `json:"id"`
	Topic     string            `json:"topic"`
	CreatedOn string            `json:"createdOn"`
	CreatedBy identifierJSON    `json:"createdByCommunicationIdentifier"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	Retention *retentionPolicy  `json:"retentionPolicy,omitempty"`
}

func (s *Server) threadJSON(v thread) threadJSON {
	return threadJSON{
		ID: v.ID, Topic: v.Topic, CreatedOn: v.Created.seconds(), CreatedBy: s.identifier(v.Creator),
		Metadata: v.Metadata, Retention: v.Retention,
	}
}

func (s *Server) getThread(c *call) (reply, error) {
	var v thread
	err := s.state.read(func(t tx) error {
		th, _, err := s.asReader(t, c)
		if err != nil {
			return err
		}
		v, err = t.thread(th.num)
		return err
	})
	return reply{status: http.StatusOK, body: s.threadJSON(v)}, err
}

type updateThreadRequest struct {
	Topic     *string          `json:"topic"`
	Metadata  metadataPatch    `json:"metadata"`
	Retention *retentionPolicy `json:"retentionPolicy"`
}

// updateThread changes what the body names. A new topic writes a system message,
// metadata alone does not.
func (s *Server) updateThread(c *call) (reply, error) {
	var in updateThreadRequest
	if err := c.decodePatch(&in); err != nil {
		return reply{}, err
	}
	if in.Topic != nil && *in.Topic == "" {
		return reply{}, badRequest("Topic is required.")
	}
	if err := in.Retention.check(); err != nil {
		return reply{}, err
	}
	err := s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		v, err := t.thread(th.num)
		if err != nil {
			return err
		}
		v.Metadata = in.Metadata.merge(v.Metadata)
		if err := s.opts.Sizes.checkThread(v.Metadata); err != nil {
			return err
		}
		return t.updateThread(th, v, c.user, in)
	})
	return reply{status: http.StatusNoContent}, err
}

func (t tx) updateThread(th *openThread, v thread, by userID, in updateThreadRequest) error {
	if in.Retention != nil {
		v.Retention = in.Retention
		th.head.Expires = v.Retention.expiry(v.Created)
	}
	if in.Topic != nil {
		v.Topic = *in.Topic
		if err := t.announceTopic(th, by, v.Topic); err != nil {
			return err
		}
	}
	if err := save(t.bucket(bucketThreads), th.num.key(), v); err != nil {
		return err
	}
	return t.saveHead(th)
}

// deleteThread ends a thread. It stays in its members' lists with deletedOn.
func (s *Server) deleteThread(c *call) (reply, error) {
	err := s.state.write(func(t tx) error {
		th, err := s.asMember(t, c)
		if err != nil {
			return err
		}
		th.head.Deleted = now()
		return t.saveHead(th)
	})
	return reply{status: http.StatusNoContent}, err
}
