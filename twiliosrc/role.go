package twiliosrc

import (
	"cmp"
	"context"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func decodeRole(text []byte) (mapping.Role, error) {
	var r mapping.Role
	raw, err := decode(text, &r)
	if err != nil {
		return r, err
	}
	r.Raw = raw
	return r, checkSID(prefixRole, "sid", r.SID)
}

// Roles lists those of all services. A snapshot made by hand may have none.
func (s *Snapshot) Roles(ctx context.Context) iter.Seq2[mapping.Role, error] {
	f := s.files[KindRoles]
	if f == nil {
		return func(func(mapping.Role, error) bool) {}
	}
	return items(ctx, &s.damage, part{f, f.whole()}, of(""), func(l line) (mapping.Role, error) {
		r, err := decodeRole(l.text)
		r.ServiceSID = cmp.Or(r.ServiceSID, s.manifest.DefaultServiceSID)
		return r, s.selected(r.ServiceSID, err)
	})
}

// Roles lists those of every service of the account.
func (c *Client) Roles(ctx context.Context) iter.Seq2[mapping.Role, error] {
	return perService(ctx, c, func(service mapping.ServiceSID) iter.Seq2[mapping.Role, error] {
		return list(ctx, c, listing[mapping.Role]{
			path:  servicePath(service, "Roles"),
			query: pageQuery(peoplePageSize),
			owner: of(""),
			read: func(text []byte) (mapping.Role, error) {
				r, err := decodeRole(text)
				r.ServiceSID = cmp.Or(r.ServiceSID, service)
				return r, err
			},
		})
	})
}
