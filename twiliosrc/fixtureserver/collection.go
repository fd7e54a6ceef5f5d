package fixtureserver

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"net/http"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// collection is a list of resources as a request sees it.
type collection struct {
	resource Resource
	name     string   // tells it from other lists of the resource
	filters  []string // query parameters that shape it
	desc     bool     // runs from the last resource to the first
	read     reader
	// find returns the first resource whose field has a value. The error is
	// fs.ErrNotExist to errors.Is if there is none.
	find func(ctx context.Context, field, value string) (json.RawMessage, error)
}

// reader reads a list on from a place, or backward to its beginning.
type reader func(ctx context.Context, place int64, backward bool) iter.Seq2[twiliosrc.Record, error]

// finder finds the list that a request is about.
type finder func(*http.Request) (collection, error)

// recorded is a list as a snapshot has it.
func (s *Server) recorded(resource Resource, l twiliosrc.Listing) collection {
	return collection{
		resource: resource,
		name:     fmt.Sprintf("%s %s%s%s", resource, l.Service, l.Conversation, l.Message),
		read: func(ctx context.Context, place int64, backward bool) iter.Seq2[twiliosrc.Record, error] {
			if backward {
				return s.snap.RecordsBefore(ctx, l, place)
			}
			return s.snap.Records(ctx, l, place)
		},
		find: func(ctx context.Context, field, value string) (json.RawMessage, error) {
			return s.snap.Find(ctx, l, field, value)
		},
	}
}

// assembled is a list that is put together from others.
func assembled(resource Resource, name string, read reader) collection {
	return collection{
		resource: resource,
		name:     fmt.Sprintf("%s %s", resource, name),
		read:     read,
		find:     read.find,
	}
}

// find passes over a list that has no faster way to find something.
func (read reader) find(ctx context.Context, field, value string) (json.RawMessage, error) {
	for record, err := range read(ctx, 0, false) {
		if err != nil {
			return nil, err
		}
		if text(record.Raw, field) == value {
			return record.Raw, nil
		}
	}
	return nil, fmt.Errorf("find by %s: %w", field, fs.ErrNotExist)
}

// none is a list that nothing can be recorded of.
func none(resource Resource) collection {
	return assembled(resource, "", func(context.Context, int64, bool) iter.Seq2[twiliosrc.Record, error] {
		return func(func(twiliosrc.Record, error) bool) {}
	})
}

// only leaves the resources out that keep does not want.
func (c collection) only(keep func(json.RawMessage) bool) collection {
	read := c.read
	return c.reading(func(ctx context.Context, place int64, backward bool) iter.Seq2[twiliosrc.Record, error] {
		return func(yield func(twiliosrc.Record, error) bool) {
			for record, err := range read(ctx, place, backward) {
				if (err != nil || keep(record.Raw)) && !yield(record, err) {
					return
				}
			}
		}
	})
}

// reading is the same list, read in another way.
func (c collection) reading(read reader) collection {
	c.read, c.find = read, read.find
	return c
}

// text is a field of a resource that is a string, or empty.
func text(raw json.RawMessage, field string) string {
	var fields map[string]json.RawMessage
	var value string
	if json.Unmarshal(raw, &fields) != nil || json.Unmarshal(fields[field], &value) != nil {
		return ""
	}
	return value
}

// list answers with a page of a list.
func (s *Server) list(find finder) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := find(r)
		if err != nil {
			return err
		}
		return s.page(w, r, s.changes.applied(c))
	}
}

// fetch answers with the resource of a list whose SID, or whose alias, is in
// the path.
func (s *Server) fetch(find finder, alias string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := find(r)
		if err != nil {
			return err
		}
		raw, err := s.lookUp(r.Context(), c, r.PathValue("sid"), alias)
		if err != nil {
			return err
		}
		writeJSON(w, http.StatusOK, raw)
		return nil
	}
}
