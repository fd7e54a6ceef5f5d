package twiliosrc

import (
	"context"
	"encoding/json"
	"iter"
)

// AddressConfigurations lists what the account does with messages that arrive
// at its telephone numbers and other addresses.
func (c *Client) AddressConfigurations(ctx context.Context) iter.Seq2[json.RawMessage, error] {
	return resources(ctx, c, "/v1/Configuration/Addresses", prefixAddress, peoplePageSize, "")
}

// AddressConfigurations lists those that were recorded.
func (s *Snapshot) AddressConfigurations(ctx context.Context) iter.Seq2[json.RawMessage, error] {
	return s.resources(ctx, Listing{Kind: KindAddressConfigurations})
}
