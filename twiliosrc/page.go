package twiliosrc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// The largest pages that Twilio gives (maxima of its OpenAPI document).
const (
	pageSize       = 100 // services, conversations, participants, messages
	peoplePageSize = 50  // users, roles
)

// page is one page of a list.
type page struct {
	items []json.RawMessage
	next  string // URL of the next page; empty on the last one
}

// parsePage reads a page. Its items are left as they are, so that one of them
// cannot spoil the others. A short or an empty page is not the last one.
func parsePage(body []byte) (page, error) {
	var top struct {
		Meta *struct {
			Key  string `json:"key"`
			Next string `json:"next_page_url"`
		} `json:"meta"`
	}
	if err := json.Unmarshal(body, &top); err != nil {
		return page{}, errors.New("it is no JSON object")
	}
	if top.Meta == nil {
		return page{}, errors.New("it has no meta")
	}
	var lists map[string]json.RawMessage
	if err := json.Unmarshal(body, &lists); err != nil {
		return page{}, errors.New("it is no JSON object")
	}
	p := page{next: top.Meta.Next}
	if err := json.Unmarshal(lists[top.Meta.Key], &p.items); err != nil || p.items == nil {
		return page{}, fmt.Errorf("it has no list %.40q", top.Meta.Key)
	}
	return p, nil
}

// sids are the identifiers of the items of p.
func (p page) sids() map[string]bool {
	sids := make(map[string]bool, len(p.items))
	for _, text := range p.items {
		if sid := stringField(text, "sid"); sid != nil {
			sids[string(sid)] = true
		}
	}
	return sids
}

// page fetches one page.
func (c *Client) page(ctx context.Context, target string) (page, error) {
	body, err := c.fetch(ctx, c.rest, target)
	if err != nil {
		return page{}, err
	}
	p, err := parsePage(body)
	if err != nil {
		path, _, _ := strings.Cut(target, "?")
		return page{}, &APIError{Status: http.StatusOK, Path: path, Message: "answer is no page: " + err.Error()}
	}
	return p, nil
}

// listing is a list of resources to be read.
type listing[T any] struct {
	path  string // without query
	query string
	// owner is the conversation of an item that cannot be read.
	owner func(text []byte) mapping.ConversationSID
	// read decodes an item; the error errNotAsked leaves it out.
	read func(text []byte) (T, error)
}

// list reads page after page, one at a time, until there is no next one.
func list[T any](ctx context.Context, c *Client, l listing[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		var before map[string]bool
		for target := l.path + "?" + l.query; target != ""; {
			p, err := c.page(ctx, target)
			if err != nil {
				yield(none, err)
				return
			}
			for v, err := range l.items(p, before, &c.damage) {
				if !yield(v, err) {
					return
				}
			}
			if target, err = c.rest.follow(p.next, target); err != nil {
				yield(none, err)
				return
			}
			before = p.sids()
		}
	}
}

// items reads the items of p. Those that stood on the page before are left
// out: something was inserted meanwhile, and the pages have shifted.
func (l listing[T]) items(p page, before map[string]bool, d *damage) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for i, text := range p.items {
			sid := string(stringField(text, "sid"))
			if before[sid] {
				continue
			}
			v, err := l.read(text)
			switch {
			case err == nil:
				if !yield(v, nil) {
					return
				}
			case !errors.Is(err, errNotAsked):
				e := &mapping.DamagedError{Place: l.place(sid, i), Conversation: l.owner(text), Err: err}
				if !d.leaveOut(e, 1) && !yield(none, e) {
					return
				}
			}
		}
	}
}

// place is the path of an item, as far as it is known.
func (l listing[T]) place(sid string, i int) string {
	if len(sid) == sidLength && validSID(sid[:2], sid) {
		return l.path + "/" + sid
	}
	return fmt.Sprintf("%s, item %d of a page", l.path, i+1)
}

// perService joins the lists of every service of the account.
func perService[T any](ctx context.Context, c *Client, list func(mapping.ServiceSID) iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for s, err := range c.Services(ctx) {
			if err != nil {
				yield(none, wholeService(err))
				return
			}
			for v, err := range list(s.SID) {
				if !yield(v, err) {
					return
				}
			}
		}
	}
}

// wholeService keeps the damage of a service from being taken for that of one
// item: what cannot be read hides all that is in it.
func wholeService(err error) error {
	var d *mapping.DamagedError
	if errors.As(err, &d) {
		return errors.New("list services: " + d.Error())
	}
	return err
}
