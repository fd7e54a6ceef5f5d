package fixtureserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// The fields by which resources can be named in paths instead of by SID.
const (
	noAlias         = ""
	aliasUniqueName = "unique_name"
	aliasIdentity   = "identity"
	aliasAddress    = "address"
)

// lookUp finds the resource of a list that a path names, as it is by now.
func (s *Server) lookUp(ctx context.Context, c collection, name, alias string) (json.RawMessage, error) {
	if name == "" {
		return nil, fmt.Errorf("find in %s: %w", c.resource, fs.ErrNotExist)
	}
	raw, err := c.find(ctx, "sid", name)
	if errors.Is(err, fs.ErrNotExist) && alias != noAlias {
		raw, err = c.find(ctx, alias, name)
	}
	if err != nil {
		return nil, err
	}
	return s.changes.current(c.resource, raw)
}
