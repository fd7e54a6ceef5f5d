package twiliosrc

import (
	"cmp"
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

// parsePage reads a page, which is valid JSON. Its items are left as they are, so
// that one of them cannot spoil the others. A short or an empty page is not the last
// one.
func parsePage(body []byte) (page, error) {
	if i := skipSpace(body, 0); i == len(body) || body[i] != '{' {
		return page{}, errors.New("it is no JSON object")
	}
	var meta struct {
		Key  string `json:"key"`
		Next string `json:"next_page_url"`
	}
	if err := json.Unmarshal(field(body, "meta"), &meta); err != nil {
		return page{}, errors.New("it has no meta")
	}
	items, ok := elements(field(body, meta.Key))
	if !ok {
		return page{}, fmt.Errorf("it has no list %.40q", meta.Key)
	}
	return page{items: items, next: meta.Next}, nil
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
	key   string // the field that identifies an item; empty: sid
	// owner is the conversation of an item that cannot be read.
	owner func(text []byte) mapping.ConversationSID
	// read decodes an item; the error errNotAsked leaves it out.
	read func(text []byte) (T, error)
}

// maxPasses is how often a list is read until nothing new is found in it.
const maxPasses = 4

// list reads page after page, one at a time, until there is no next one. Pages
// shift when an item is deleted between two of them, and then hide another one:
// a list of more than one page is read again until that shows nothing new.
func list[T any](ctx context.Context, c *Client, l listing[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		seen := sidSet{}
		for n := range maxPasses {
			p := listPass[T]{listing: l, c: c, seen: seen, again: n > 0, yield: yield}
			if goOn := p.run(ctx); !goOn {
				return
			}
		}
		c.log.WarnContext(ctx, "list still grows", "path", l.path, "passes", maxPasses)
	}
}

// sidSet is a set of SIDs. What is no SID is in none.
type sidSet map[sidKey]bool

func (s sidSet) has(sid string) bool {
	key, ok := newSIDKey(sid[:min(2, len(sid))], sid)
	return ok && s[key]
}

func (s sidSet) add(sid string) {
	if key, ok := newSIDKey(sid[:min(2, len(sid))], sid); ok {
		s[key] = true
	}
}

// listPass reads a list once.
type listPass[T any] struct {
	listing[T]
	c     *Client
	seen  sidSet
	again bool // the list has been read before
	found bool // something new
	yield func(T, error) bool
}

// run reports whether the list should be read again.
func (p *listPass[T]) run(ctx context.Context) bool {
	var none T
	pages := 0
	for target := p.path + "?" + p.query; target != ""; pages++ {
		pg, err := p.c.page(ctx, target)
		if err != nil {
			p.yield(none, err)
			return false
		}
		for v, err := range p.items(pg) {
			if !p.yield(v, err) {
				return false
			}
		}
		for _, text := range pg.items {
			p.seen.add(p.id(text))
		}
		if target, err = p.c.rest.follow(pg.next, target); err != nil {
			p.yield(none, err)
			return false
		}
	}
	return pages > 1 && (p.found || !p.again)
}

// items reads the items of a page, except for those that were read before.
func (p *listPass[T]) items(pg page) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for i, text := range pg.items {
			sid := p.id(text)
			if p.seen.has(sid) || p.again && !isSID(sid) {
				continue
			}
			p.found = true
			v, err := p.read(text)
			switch {
			case err == nil:
				if !yield(v, nil) {
					return
				}
			case !errors.Is(err, errNotAsked):
				e := &mapping.DamagedError{Place: p.place(sid, i), Conversation: p.owner(text), Err: err}
				if !p.c.damage.leaveOut(e, 1) && !yield(none, e) {
					return
				}
			}
		}
	}
}

// id identifies an item.
func (l listing[T]) id(text []byte) string { return string(stringField(text, cmp.Or(l.key, "sid"))) }

// place is the path of an item, as far as it is known.
func (l listing[T]) place(sid string, i int) string {
	if isSID(sid) {
		return l.path + "/" + sid
	}
	return fmt.Sprintf("%s, item %d of a page", l.path, i+1)
}

// isSID reports whether sid is an identifier of whatever kind.
func isSID(sid string) bool { return len(sid) == sidLength && validSID(sid[:2], sid) }

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
