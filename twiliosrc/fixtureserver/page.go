package fixtureserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// page is a stretch of a list that one answer shows.
type page struct {
	position
	size    int // asked for
	records []twiliosrc.Record
	more    bool // there is something behind it in the direction of reading
}

// page answers with the page of c that r asks for.
func (s *Server) page(w http.ResponseWriter, r *http.Request, c collection) error {
	size, err := s.pageSize(c.resource, r.URL.Query())
	if err != nil {
		return err
	}
	at, err := s.position(r, c)
	if err != nil {
		return err
	}
	p, err := s.read(r.Context(), c, at, size)
	if err != nil {
		return err
	}
	body, err := s.encode(r, c, p)
	if err != nil {
		return err
	}
	s.changeBehind(c, p)
	writeJSON(w, http.StatusOK, body)
	return nil
}

// pageSize is the page size that a query asks for.
func (s *Server) pageSize(resource Resource, query url.Values) (int, error) {
	shape := shapes[resource]
	if !query.Has("PageSize") {
		return shape.normal, nil
	}
	size, err := strconv.Atoi(query.Get("PageSize"))
	if err != nil || size < 1 {
		return 0, badRequest("PageSize must be a number above 0")
	}
	if size > shape.largest && s.opts.StrictPageSize {
		return 0, badRequest(fmt.Sprintf("PageSize must be at most %d", shape.largest))
	}
	return min(size, shape.largest), nil
}

// position is where a page begins. A page but the first is reached by its
// token only; the number in the query is the client's own.
func (s *Server) position(r *http.Request, c collection) (position, error) {
	query := r.URL.Query()
	if token := query.Get("PageToken"); token != "" {
		at, err := s.openToken(r, c, token)
		if err != nil || !s.faults.offset(c.resource) {
			return at, err
		}
		return s.shifted(r.Context(), c, at)
	}
	if page := query.Get("Page"); page != "" && page != "0" {
		return position{}, &apiError{http.StatusBadRequest, codeNoPageToken, "Paged requests must include a PageToken"}
	}
	if c.desc {
		return position{Place: math.MaxInt64}, nil
	}
	return position{}, nil
}

// read reads a page of c, with the faults that pages have.
func (s *Server) read(ctx context.Context, c collection, at position, size int) (page, error) {
	p := page{position: at, size: size}
	p.Hid = false // by this page it is there
	late := at.Page == 0 && !at.Back && s.faults.has(c.resource, FaultInsert) && s.changes.begin(c)
	show := s.shown(c.resource, p)
	n := show + 1 // to know whether there is more
	if late {
		n++
	}
	var err error
	if p.records, err = take(ctx, c, at.Place, c.desc != at.Back, n); err != nil {
		return p, err
	}
	if late && len(p.records) == n {
		p.records, p.Hid = s.withoutNewest(c, p.records)
	}
	if p.more = len(p.records) > show; p.more {
		p.records = p.records[:show]
	}
	if at.Back {
		slices.Reverse(p.records)
	} else if len(p.records) > 0 && !p.more {
		_, p.more = s.faults.list(c.resource, FaultEmptyPage)
	}
	return p, nil
}

// take reads up to n resources of c from a place.
func take(ctx context.Context, c collection, place int64, backward bool, n int) ([]twiliosrc.Record, error) {
	var records []twiliosrc.Record
	for record, err := range c.read(ctx, place, backward) {
		if err != nil {
			return nil, err
		}
		if records = append(records, record); len(records) == n {
			break
		}
	}
	return records, nil
}

// ends are the places before and after a page in the direction of its list.
func (p page) ends(desc bool) (first, last int64) {
	a, z := p.records[0], p.records[len(p.records)-1]
	if desc {
		return a.End, z.Start
	}
	return a.Start, z.End
}

// meta is what stands beside the items of a page.
type meta struct {
	Page         int     `json:"page"`
	PageSize     int     `json:"page_size"`
	FirstPageURL string  `json:"first_page_url"`
	PreviousURL  *string `json:"previous_page_url"`
	URL          string  `json:"url"`
	NextPageURL  *string `json:"next_page_url"`
	Key          string  `json:"key"`
}

func (s *Server) meta(r *http.Request, c collection, p page) meta {
	base := s.listURL(r, c) + fmt.Sprintf("PageSize=%d", p.size)
	link := func(token string) *string {
		u := base + "&PageToken=" + url.QueryEscape(token)
		return &u
	}
	first := base + "&Page=0"
	m := meta{Page: p.Page, PageSize: p.size, FirstPageURL: first, URL: first, Key: shapes[c.resource].key}
	if token := r.URL.Query().Get("PageToken"); token != "" {
		m.URL = *link(token)
	}
	if len(p.records) == 0 {
		return m
	}
	before, after := p.ends(c.desc)
	if p.more || p.Back {
		m.NextPageURL = link(s.sealToken(r, c, position{Place: after, Page: p.Page + 1, Hid: p.Hid}))
	}
	if p.Page > 0 {
		m.PreviousURL = link(s.sealToken(r, c, position{Place: before, Page: p.Page - 1, Back: true}))
	}
	return m
}

// listURL is the URL of a list with the parameters that shape it, ready for more.
func (s *Server) listURL(r *http.Request, c collection) string {
	base := "http://" + r.Host
	if s.opts.ProductionURLs {
		base = productionURL
	}
	base += r.URL.EscapedPath() + "?"
	for _, name := range c.filters {
		if value := r.URL.Query().Get(name); value != "" {
			base += name + "=" + url.QueryEscape(value) + "&"
		}
	}
	return base
}

func (s *Server) encode(r *http.Request, c collection, p page) ([]byte, error) {
	m := s.meta(r, c, p)
	head, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	body := bytes.NewBufferString(`{"meta":`)
	body.Write(head)
	fmt.Fprintf(body, `,"%s":[`, m.Key)
	for i, record := range p.records {
		if i > 0 {
			body.WriteByte(',')
		}
		body.Write(record.Raw)
	}
	body.WriteString("]}")
	return body.Bytes(), nil
}
