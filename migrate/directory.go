package migrate

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// directory holds the users and roles of the account: it grows with the people,
// not with what they wrote.
type directory struct {
	users map[mapping.PersonKey]mapping.User
	roles map[mapping.RoleSID]mapping.Role
	// damaged are the items that could not be read.
	damaged []*mapping.DamagedError
}

// User implements mapping.Directory.
func (d *directory) User(s mapping.ServiceSID, id mapping.Identity) (mapping.User, bool) {
	u, ok := d.users[userKey(s, id)]
	return u, ok
}

// Role implements mapping.Directory.
func (d *directory) Role(sid mapping.RoleSID) (mapping.Role, bool) {
	r, ok := d.roles[sid]
	return r, ok
}

func userKey(s mapping.ServiceSID, id mapping.Identity) mapping.PersonKey {
	return mapping.PersonKey{Kind: mapping.PersonUser, Service: s, Name: string(id)}
}

// everybody are the users to carry whether or not a conversation mentions them:
// the application will want to know them all, unless only a part is carried. Who
// is made one with another is that other.
func (d *directory) everybody(opts Options, people *mapping.Decisions) iter.Seq2[mapping.PersonKey, mapping.User] {
	if opts.Selected {
		return func(func(mapping.PersonKey, mapping.User) bool) {}
	}
	return func(yield func(mapping.PersonKey, mapping.User) bool) {
		for key, u := range d.users {
			if people.Became(key) == key && !yield(key, u) {
				return
			}
		}
	}
}

func readDirectory(ctx context.Context, src DirectorySource) (*directory, error) {
	d := &directory{
		users: make(map[mapping.PersonKey]mapping.User),
		roles: make(map[mapping.RoleSID]mapping.Role),
	}
	for u, err := range src.Users(ctx) {
		if err := d.read("users", err); err != nil {
			return nil, err
		}
		if err == nil {
			d.users[userKey(u.ServiceSID, u.Identity)] = u
		}
	}
	for r, err := range src.Roles(ctx) {
		if err := d.read("roles", err); err != nil {
			return nil, err
		}
		if err == nil {
			d.roles[r.SID] = r
		}
	}
	return d, nil
}

// read keeps damage and passes every other error on.
func (d *directory) read(what string, err error) error {
	var damaged *mapping.DamagedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &damaged):
		d.damaged = append(d.damaged, damaged)
		return nil
	default:
		return fmt.Errorf("list %s: %w", what, err)
	}
}
