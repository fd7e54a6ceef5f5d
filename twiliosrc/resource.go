package twiliosrc

import (
	"context"
	"encoding/json"
	"errors"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// resources lists what nobody decodes: resources that are kept as Twilio
// returned them. Path is that of the list, prefix that of the items' SIDs.
func resources(ctx context.Context, c *Client, path, prefix string, size int, owner mapping.ConversationSID) iter.Seq2[json.RawMessage, error] {
	return list(ctx, c, listing[json.RawMessage]{
		path: path, query: pageQuery(size), owner: of(owner),
		read: func(text []byte) (json.RawMessage, error) {
			raw, err := compact(text)
			if err != nil {
				return nil, err
			}
			return raw, checkSID(prefix, "sid", string(stringField(raw, "sid")))
		},
	})
}

// resources lists what was recorded, without decoding it.
func (s *Snapshot) resources(ctx context.Context, l Listing) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for r, err := range s.Records(ctx, l, 0) {
			if !yield(r.Raw, err) {
				return
			}
		}
	}
}

// singleton fetches a resource that there is one of.
func (c *Client) singleton(ctx context.Context, path string) (json.RawMessage, error) {
	text, err := c.fetch(ctx, c.rest, path)
	if err != nil {
		return nil, err
	}
	raw, err := compact(text)
	if err == nil && raw[0] != '{' {
		err = errors.New("it is no JSON object")
	}
	if err != nil {
		return nil, &mapping.DamagedError{Place: path, Err: err}
	}
	return raw, nil
}
