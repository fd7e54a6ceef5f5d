package emulator

import (
	"math"
	"net/http"
)

// A view is the part of a thread's history that a reader may see: messages that
// arrived at or after from, and changed at or before until.
type view struct{ from, until millis }

// sees reports whether a message is in the view.
func (v view) sees(m message) bool { return m.ID >= v.from && m.version <= v.until }

// asMember opens the thread of a call for one of its members, or refuses.
func (s *Server) asMember(t tx, c *call) (*openThread, error) {
	th, err := t.openThread(c.thread)
	if err != nil {
		return nil, err
	}
	key := th.num.keyOf(c.user)
	switch {
	case t.bucket(bucketMembers).Get(key) != nil:
		return th, nil
	case t.bucket(bucketFormer).Get(key) != nil:
		return nil, hidden(s.opts.FormerMemberStatus)
	}
	return nil, hidden(s.opts.ForeignThreadStatus)
}

// asReader opens the thread of a call for someone who is or was a member. A
// former member reads what was there when it left, and nothing newer.
func (s *Server) asReader(t tx, c *call) (*openThread, view, error) {
	th, err := t.openThread(c.thread)
	if err != nil {
		return nil, view{}, err
	}
	m, found, err := t.member(th.num, c.user)
	if err != nil || found {
		return th, view{from: m.Share, until: math.MaxInt64}, err
	}
	former, found, err := load[formerMember](t.bucket(bucketFormer), th.num.keyOf(c.user))
	if err == nil && !found {
		err = hidden(s.opts.ForeignThreadStatus)
	}
	return th, view{from: former.Share, until: former.Until}, err
}

// hidden is the refusal of a thread to those who are not members: with 404 it is as
// if there were none.
func hidden(status int) *refusal {
	if status == http.StatusNotFound {
		return threadNotFound()
	}
	return forbidden()
}
