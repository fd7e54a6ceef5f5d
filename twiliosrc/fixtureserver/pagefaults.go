package fixtureserver

import (
	"context"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// shown is how many resources a page may show: as many as were asked for,
// unless a fault makes it shorter.
func (s *Server) shown(resource Resource, p page) int {
	if p.Back {
		return p.size
	}
	fault, short := s.faults.list(resource, FaultShortPage)
	switch {
	case !short:
		return p.size
	case fault.Items == 0:
		return max(1, p.size/2)
	}
	return min(fault.Items, p.size)
}

// withoutNewest leaves the newest resource out of the first page of a list that
// nobody has seen, if a fault says so: it will be there by the next one. New
// messages come at the end, so that only a list that runs from there misses one.
// Where anything else appears is not published; the front is where it does harm.
func (s *Server) withoutNewest(c collection, records []twiliosrc.Record) ([]twiliosrc.Record, bool) {
	if c.resource == ResourceMessages && !c.desc {
		return records, false
	}
	if _, ok := s.faults.list(c.resource, FaultInsert); !ok {
		return records, false
	}
	return records[1:], true
}

// changeBehind changes the list behind the reader's back, once the page is made.
func (s *Server) changeBehind(c collection, p page) {
	if !p.more || p.Back || s.changes.changed(c) {
		return
	}
	last := p.records[len(p.records)-1]
	if _, ok := s.faults.list(c.resource, FaultDelete); ok {
		s.changes.change(c, last, true)
		return
	}
	if _, ok := s.faults.list(c.resource, FaultEdit); ok {
		s.changes.change(c, last, false)
	}
}

// shifted is where a token leads that counts items: past the place at which its
// page ended if something before it was deleted, and back if something was
// inserted.
func (s *Server) shifted(ctx context.Context, c collection, at position) (position, error) {
	steps := s.changes.goneBefore(c, at.Place) - at.Gone
	if at.Hid {
		steps--
	}
	if steps == 0 {
		return at, nil
	}
	onward := steps > 0
	passed, err := take(ctx, c, at.Place, c.desc == onward, max(steps, -steps))
	if err != nil || len(passed) == 0 {
		return at, err
	}
	end := page{records: passed[len(passed)-1:]}
	first, last := end.ends(c.desc)
	if at.Place = first; onward {
		at.Place = last
	}
	return at, nil
}
