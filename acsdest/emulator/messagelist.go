package emulator

import "net/http"

type messageListJSON struct {
	Value    []messageJSON `json:"value"`
	NextLink string        `json:"nextLink,omitempty"`
}

// listMessages lists what the caller may see, the latest change first. A page
// goes on below the version at which the last one ended, so that a message
// changed meanwhile is missed until the first page is read again.
func (s *Server) listMessages(c *call) (reply, error) {
	size, err := c.pageSize(s.opts.PageSize, maxMessagePage)
	if err != nil {
		return reply{}, err
	}
	window, err := c.messageWindow()
	if err != nil {
		return reply{}, err
	}
	out := messageListJSON{Value: []messageJSON{}}
	err = s.state.read(func(t tx) error {
		th, view, err := s.asReader(t, c)
		if err != nil {
			return err
		}
		page, more, err := t.messages(th.num, s.visible(view, window), max(window.from, view.from), view, size)
		if err != nil {
			return err
		}
		for _, m := range page {
			out.Value = append(out.Value, s.messageJSON(c, m))
		}
		if more {
			out.NextLink = c.messagesLink(window.after(page), size)
		}
		return nil
	})
	return reply{status: http.StatusOK, body: out}, err
}

// visible is the first version, counted downwards, that a list may show: below
// the window of earlier pages, what the reader may see, and old enough to have
// reached the lists.
func (s *Server) visible(v view, w messageWindow) millis {
	below := v.until
	if w.start > 0 {
		below = min(below, w.start-1)
	}
	if s.opts.ListDelay > 0 {
		below = min(below, now()-millis(s.opts.ListDelay.Milliseconds()))
	}
	return below
}

// messages reads up to size messages from version top down to version bottom,
// and reports whether there are more.
func (t tx) messages(n threadNum, top, bottom millis, v view, size int) (page []message, more bool, err error) {
	dead := make(graves)
	cursor := t.bucket(bucketMessages).Cursor()
	for key, data := seekBack(cursor, n.keyAt(top)); hasPrefix(key, n.key()); key, data = cursor.Prev() {
		if millis(lastUint64(key)) < bottom {
			break
		}
		m, err := decodeMessage(key, data)
		if err != nil {
			return nil, false, err
		}
		if !v.sees(m) {
			continue
		}
		if len(page) == size {
			return page, true, nil
		}
		if err := dead.bury(t, &m); err != nil {
			return nil, false, err
		}
		page = append(page, m)
	}
	return page, false, nil
}
