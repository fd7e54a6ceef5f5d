package fixtureserver

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

func (s *Server) conversationRoutes(prefix string) []route {
	return []route{
		{ResourceConversations, prefix + "/Conversations", s.list(s.filteredConversations)},
		{ResourceConversations, prefix + "/Conversations/{sid}", s.fetch(s.inService(ResourceConversations), aliasUniqueName)},
	}
}

// filteredConversations are the conversations of a service that a query asks
// for. Only when it names dates does Twilio promise an order: latest first.
func (s *Server) filteredConversations(r *http.Request) (collection, error) {
	c, err := s.inService(ResourceConversations)(r)
	if err != nil {
		return c, err
	}
	query := r.URL.Query()
	created, err := parsePeriod(query)
	if err != nil {
		return c, err
	}
	if created.asked {
		service, err := s.service(r)
		if err != nil {
			return c, err
		}
		c = s.byCreation(service, created)
	}
	c.filters = []string{"StartDate", "EndDate", "State"}
	switch state := strings.ToLower(query.Get("State")); state {
	case "":
	case "active", "inactive", "closed":
		c = c.only(func(raw json.RawMessage) bool { return text(raw, "state") == state })
	default:
		return c, badRequest("State must be active, inactive or closed")
	}
	return c, nil
}

// period is a stretch of time, both ends included.
type period struct {
	asked      bool
	start, end time.Time
}

// forever is the end of a period that has none.
var forever = time.Unix(1<<40, 0)

// parsePeriod reads StartDate and EndDate. A date without a time means its
// beginning, or its end.
func parsePeriod(query url.Values) (period, error) {
	p := period{asked: query.Get("StartDate") != "" || query.Get("EndDate") != "", end: forever}
	var err error
	if text := query.Get("StartDate"); text != "" {
		if p.start, _, err = parseDate(text); err != nil {
			return p, badRequest("StartDate must be an ISO 8601 date")
		}
	}
	if text := query.Get("EndDate"); text != "" {
		var day bool
		if p.end, day, err = parseDate(text); err != nil {
			return p, badRequest("EndDate must be an ISO 8601 date")
		}
		if day {
			p.end = p.end.Add(24*time.Hour - time.Second)
		}
	}
	return p, nil
}

// parseDate reads a date, and tells whether it is a whole day.
func parseDate(text string) (date time.Time, day bool, err error) {
	if date, err = time.Parse(time.DateOnly, text); err == nil {
		return date, true, nil
	}
	date, err = time.Parse(time.RFC3339, text)
	return date, false, err
}

func (p period) contains(unix int64) bool { return unix >= p.start.Unix() && unix <= p.end.Unix() }
