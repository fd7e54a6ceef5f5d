package fixtureserver

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// changes is what has happened to the account since the recording: faults
// delete and edit resources. It grows with the lists that are struck.
type changes struct {
	mu     sync.Mutex
	now    func() time.Time
	lists  map[string]changedResource
	gone   map[string]bool      // by SID
	edited map[string]time.Time // by SID
	begun  map[string]bool      // lists that someone has begun to read
}

// changedResource is the one resource of a list that changed.
type changedResource struct {
	start   int64 // its place
	deleted bool
}

func newChanges(now func() time.Time) *changes {
	return &changes{
		now: now, lists: map[string]changedResource{}, gone: map[string]bool{},
		edited: map[string]time.Time{}, begun: map[string]bool{},
	}
}

// change deletes or edits a resource of a list, unless the list has had its change.
func (c *changes) change(list collection, record twiliosrc.Record, deleted bool) {
	sid := text(record.Raw, "sid")
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, changed := c.lists[list.name]; changed || sid == "" {
		return
	}
	c.lists[list.name] = changedResource{record.Start, deleted}
	if deleted {
		c.gone[sid] = true
	} else {
		c.edited[sid] = c.now()
	}
}

// begin notes that a list is read from its beginning, and reports whether it is
// for the first time.
func (c *changes) begin(list collection) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.begun[list.name]
	c.begun[list.name] = true
	return first
}

// changed reports whether a list has had its change.
func (c *changes) changed(list collection) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, changed := c.lists[list.name]
	return changed
}

// any reports whether anything has changed.
func (c *changes) any() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.lists) > 0
}

// goneBefore is how many resources of a list were deleted before a place, in
// the direction of the list.
func (c *changes) goneBefore(list collection, place int64) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	change := c.lists[list.name]
	if change.deleted && (change.start < place) != list.desc {
		return 1
	}
	return 0
}

// isGone reports whether the resource with a SID was deleted.
func (c *changes) isGone(sid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gone[sid]
}

// current is a resource as it is by now. The error of a deleted one is
// fs.ErrNotExist to errors.Is.
func (c *changes) current(resource Resource, raw json.RawMessage) (json.RawMessage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.lists) == 0 {
		return raw, nil
	}
	sid := text(raw, "sid")
	if c.gone[sid] {
		return nil, fmt.Errorf("find %s: %w", sid, fs.ErrNotExist)
	}
	if at, ok := c.edited[sid]; ok {
		return edited(resource, raw, at)
	}
	return raw, nil
}

// applied is a list as it is by now.
func (c *changes) applied(list collection) collection {
	if !c.any() {
		return list
	}
	read := list.read
	return list.reading(func(ctx context.Context, place int64, backward bool) iter.Seq2[twiliosrc.Record, error] {
		return func(yield func(twiliosrc.Record, error) bool) {
			for record, err := range read(ctx, place, backward) {
				if err == nil && c.isGone(text(record.Raw, "sid")) {
					continue
				}
				if err == nil {
					record.Raw, err = c.current(list.resource, record.Raw)
				}
				if !yield(record, err) {
					return
				}
			}
		}
	})
}

// editMark is what an edit adds to the text of a message.
const editMark = " (edited)"

// edited is a resource after someone has changed it.
func edited(resource Resource, raw json.RawMessage, at time.Time) (json.RawMessage, error) {
	raw, err := replaceField(raw, "date_updated", at.UTC().Format(time.RFC3339))
	if body := text(raw, "body"); err == nil && resource == ResourceMessages && body != "" {
		raw, err = replaceField(raw, "body", body+editMark)
	}
	return raw, err
}
