package emulator

import "net/http"

type threadItemJSON struct {
	ID       threadID `json:"id"`
	Topic    string   `json:"topic"`
	Deleted  string   `json:"deletedOn,omitempty"`
	Received string   `json:"lastMessageReceivedOn"`
}

type threadListJSON struct {
	Value    []threadItemJSON `json:"value"`
	NextLink string           `json:"nextLink,omitempty"`
}

// listThreads lists the threads in which the caller is or was a member, the
// last active first. What becomes active while pages are read comes first on
// the next page, as recorded.
func (s *Server) listThreads(c *call) (reply, error) {
	size, err := c.pageSize(threadPage, threadPage)
	if err != nil {
		return reply{}, err
	}
	window, err := c.threadWindow()
	if err != nil {
		return reply{}, err
	}
	out := threadListJSON{Value: []threadItemJSON{}}
	err = s.state.read(func(t tx) error {
		page, next, more := t.nextPlaces(c.user, window, size)
		for _, p := range page {
			item, err := t.threadItem(p)
			if err != nil {
				return err
			}
			out.Value = append(out.Value, item)
		}
		if more {
			out.NextLink = c.threadsLink(next, size)
		}
		return nil
	})
	return reply{status: http.StatusOK, body: out}, err
}

func (t tx) threadItem(p place) (threadItemJSON, error) {
	v, err := t.thread(p.num)
	if err != nil {
		return threadItemJSON{}, err
	}
	item := threadItemJSON{ID: v.ID, Topic: v.Topic, Received: p.at.seconds()}
	if ended := t.head(p.num).endedAt(); ended > 0 {
		item.Deleted = ended.seconds()
	}
	return item, nil
}
