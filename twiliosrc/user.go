package twiliosrc

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// decodeUser insists on an identity but not on a SID: a user inferred from
// participants has none.
func decodeUser(text []byte) (mapping.User, error) {
	var u mapping.User
	raw, err := decode(text, &u)
	if err != nil {
		return u, err
	}
	u.Raw = raw
	if u.Identity == "" {
		return u, errors.New("identity is missing")
	}
	return u, nil
}

// Users lists those of all services: those recorded or, where none were, one
// for each identity among the participants of a service, without SID and
// friendly name.
func (s *Snapshot) Users(ctx context.Context) iter.Seq2[mapping.User, error] {
	f, err := s.users()
	if err != nil {
		return nothing[mapping.User](fmt.Errorf("list users: %w", err))
	}
	return items(ctx, &s.damage, part{f, f.whole()}, of(""), func(l line) (mapping.User, error) {
		u, err := decodeUser(l.text)
		u.ServiceSID = cmp.Or(u.ServiceSID, s.manifest.DefaultServiceSID)
		return u, s.selected(u.ServiceSID, err)
	})
}

// Users lists those of every service of the account.
func (c *Client) Users(ctx context.Context) iter.Seq2[mapping.User, error] {
	return perService(ctx, c, func(service mapping.ServiceSID) iter.Seq2[mapping.User, error] {
		return list(ctx, c, listing[mapping.User]{
			path:  servicePath(service, "Users"),
			query: pageQuery(peoplePageSize),
			owner: of(""),
			read: func(text []byte) (mapping.User, error) {
				u, err := decodeUser(text)
				u.ServiceSID = cmp.Or(u.ServiceSID, service)
				return u, err
			},
		})
	})
}

// usersFile is users.jsonl or what stands in for it.
func (s *Snapshot) usersFile() (*file, error) {
	if f := s.files[KindUsers]; f != nil {
		return f, nil
	}
	account, _ := s.Account()
	type person struct {
		service  mapping.ServiceSID
		identity mapping.Identity
	}
	seen := map[person]bool{}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	var failed error
	err := scanFile(context.Background(), s.files[KindParticipants], func(l line) {
		p, err := decodeParticipant(l.text)
		e, found := s.index.bySID[p.ConversationSID]
		if err != nil || !found || p.Identity == "" || seen[person{e.service, p.Identity}] {
			return
		}
		seen[person{e.service, p.Identity}] = true
		u := inferredUser{Account: account, Service: e.service, Identity: p.Identity, Attributes: "{}"}
		failed = errors.Join(failed, enc.Encode(u))
	})
	return textFile("inferred users", text.Bytes()), errors.Join(err, failed)
}

// inferredUser is the resource of a user of whom only the identity is known.
type inferredUser struct {
	SID          *string            `json:"sid"`
	Account      mapping.AccountSID `json:"account_sid"`
	Service      mapping.ServiceSID `json:"chat_service_sid"`
	RoleSID      *string            `json:"role_sid"`
	Identity     mapping.Identity   `json:"identity"`
	FriendlyName *string            `json:"friendly_name"`
	Attributes   string             `json:"attributes"`
}
