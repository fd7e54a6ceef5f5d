package twiliosrc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func decodeService(text []byte) (mapping.Service, error) {
	var s mapping.Service
	raw, err := decode(text, &s)
	if err != nil {
		return s, err
	}
	s.Raw = raw
	return s, checkSID(prefixService, "sid", s.SID)
}

// Services lists the services of the account: those recorded, or those that the
// conversations name.
func (s *Snapshot) Services(ctx context.Context) iter.Seq2[mapping.Service, error] {
	f := s.files[KindServices]
	return s.selection.services(items(ctx, &s.damage, part{f, f.whole()}, of(""), func(l line) (mapping.Service, error) {
		return decodeService(l.text)
	}))
}

// Services lists the services of the account.
func (c *Client) Services(ctx context.Context) iter.Seq2[mapping.Service, error] {
	return c.selection.services(list(ctx, c, listing[mapping.Service]{
		path: "/v1/Services", query: pageQuery(pageSize), owner: of(""), read: decodeService,
	}))
}

// servicePath is the path of a list of a service that came from a checked resource.
func servicePath(service mapping.ServiceSID, name string) string {
	return "/v1/Services/" + string(service) + "/" + name
}

// pageQuery is encoded by hand: it needs nothing that must be escaped.
func pageQuery(size int) string { return fmt.Sprintf("PageSize=%d", size) }

// conversationPath is the path of a list of a conversation. Only SIDs may be in
// it: a path takes unique names and identities as well, which may hold anything.
func conversationPath(c mapping.Conversation, name string) (string, error) {
	err := errors.Join(
		checkSID(prefixService, "chat_service_sid", c.ServiceSID),
		checkSID(prefixConversation, "sid", c.SID),
	)
	return servicePath(c.ServiceSID, "Conversations/"+string(c.SID)+"/"+name), err
}

// inferServices stands in for services.jsonl where it is left out.
func (s *Snapshot) inferServices() error {
	if s.files[KindServices] != nil {
		return nil
	}
	account, _ := s.Account()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	for _, sid := range s.index.services {
		err := enc.Encode(mapping.Service{SID: sid, AccountSID: account})
		if err != nil {
			return err
		}
	}
	s.files[KindServices] = textFile("inferred services", text.Bytes())
	return nil
}
