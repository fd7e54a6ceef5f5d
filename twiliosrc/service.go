package twiliosrc

import (
	"bytes"
	"context"
	"encoding/json"
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
	return items(ctx, &s.damage, part{f, f.whole()}, of(""), func(l line) (mapping.Service, error) {
		return decodeService(l.text)
	})
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
