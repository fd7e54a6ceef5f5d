package fixtureserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// sizes are the default and the largest size of a resource's pages, from
// Twilio's OpenAPI document. What Twilio makes of a larger wish is not
// published; here it gets the largest.
type sizes struct{ normal, largest int }

// list answers with a page of a list.
func (s *Server) list(find listing, kind twiliosrc.Kind, sizes sizes) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		l, err := find(r, kind)
		if err != nil {
			return err
		}
		return s.page(w, r, l, sizes, false)
	}
}

// page answers with the page of l that r asks for. With desc the list runs from
// its last resource to its first.
func (s *Server) page(w http.ResponseWriter, r *http.Request, l twiliosrc.Listing, sizes sizes, desc bool) error {
	size, err := sizes.asked(r.URL.Query())
	if err != nil {
		return err
	}
	at, err := s.position(r, desc)
	if err != nil {
		return err
	}
	records, more, err := s.read(r, l, at, size, desc)
	if err != nil {
		return err
	}
	body, err := s.encode(r, l.Kind, size, s.neighbours(r, at, records, more, desc), records)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}

// asked is the page size that a query asks for.
func (z sizes) asked(query url.Values) (int, error) {
	if !query.Has("PageSize") {
		return z.normal, nil
	}
	size, err := strconv.Atoi(query.Get("PageSize"))
	if err != nil || size < 1 {
		return 0, &apiError{http.StatusBadRequest, codeBadRequest, "PageSize must be a number above 0"}
	}
	return min(size, z.largest), nil
}

// position is where a page begins. A page but the first is reached by its
// token only; the number in the query is the client's own.
func (s *Server) position(r *http.Request, desc bool) (position, error) {
	query := r.URL.Query()
	if token := query.Get("PageToken"); token != "" {
		return s.openToken(r, desc, token)
	}
	if page := query.Get("Page"); page != "" && page != "0" {
		return position{}, &apiError{http.StatusBadRequest, codeNoPageToken, "Paged requests must include a PageToken"}
	}
	if desc {
		return position{Place: math.MaxInt64}, nil
	}
	return position{}, nil
}

// read reads a page, and whether there is more behind it in the direction of
// reading.
func (s *Server) read(r *http.Request, l twiliosrc.Listing, at position, size int, desc bool) (records []twiliosrc.Record, more bool, err error) {
	forward := desc == at.Back
	all := s.snap.RecordsBefore(r.Context(), l, at.Place)
	if forward {
		all = s.snap.Records(r.Context(), l, at.Place)
	}
	for record, err := range all {
		if err != nil {
			return nil, false, err
		}
		if len(records) == size {
			more = true
			break
		}
		records = append(records, record)
	}
	if at.Back {
		slices.Reverse(records)
	}
	return records, more, nil
}

// neighbours are the pages around one.
type neighbours struct {
	number         int
	previous, next string // tokens; empty where there is no such page
}

func (s *Server) neighbours(r *http.Request, at position, records []twiliosrc.Record, more, desc bool) neighbours {
	n := neighbours{number: at.Page}
	if len(records) == 0 {
		return n
	}
	first, last := records[0].Start, records[len(records)-1].End
	if desc {
		first, last = records[0].End, records[len(records)-1].Start
	}
	if more || at.Back {
		n.next = s.sealToken(r, desc, position{Place: last, Page: at.Page + 1})
	}
	if at.Page > 0 {
		n.previous = s.sealToken(r, desc, position{Place: first, Page: at.Page - 1, Back: true})
	}
	return n
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

func (s *Server) encode(r *http.Request, kind twiliosrc.Kind, size int, n neighbours, records []twiliosrc.Record) ([]byte, error) {
	base := "http://" + r.Host
	if s.opts.ProductionURLs {
		base = "https://conversations.twilio.com"
	}
	base += r.URL.EscapedPath() + "?"
	if order := r.URL.Query().Get("Order"); order != "" {
		base += "Order=" + url.QueryEscape(order) + "&"
	}
	base += fmt.Sprintf("PageSize=%d", size)
	link := func(token string) *string {
		if token == "" {
			return nil
		}
		u := base + "&PageToken=" + url.QueryEscape(token)
		return &u
	}
	first := base + "&Page=0"
	m := meta{
		Page: n.number, PageSize: size, FirstPageURL: first, URL: first,
		PreviousURL: link(n.previous), NextPageURL: link(n.next), Key: string(kind),
	}
	if token := r.URL.Query().Get("PageToken"); token != "" {
		m.URL = *link(token)
	}
	head, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	body := bytes.NewBufferString(`{"meta":`)
	body.Write(head)
	fmt.Fprintf(body, `,"%s":[`, kind)
	for i, record := range records {
		if i > 0 {
			body.WriteByte(',')
		}
		body.Write(record.Raw)
	}
	body.WriteString("]}")
	return body.Bytes(), nil
}
