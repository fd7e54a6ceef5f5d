package twiliosrc

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"
)

// AddressConfigurations lists what the account does with messages that arrive
// at its telephone numbers and other addresses. A region without such channels may
// not have the list.
func (c *Client) AddressConfigurations(ctx context.Context) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for raw, err := range resources(ctx, c, "/v1/Configuration/Addresses", prefixAddress, peoplePageSize, "") {
			if errors.Is(err, fs.ErrNotExist) || !yield(raw, err) {
				return
			}
		}
	}
}

// AddressConfigurations lists those that were recorded.
func (s *Snapshot) AddressConfigurations(ctx context.Context) iter.Seq2[json.RawMessage, error] {
	return s.resources(ctx, Listing{Kind: KindAddressConfigurations})
}
