package twiliosrc

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// account records what concerns all conversations, anew in every attempt.
func (r *recording) account(ctx context.Context) error {
	w, err := r.begin(accountPiece)
	if err != nil {
		return err
	}
	defer w.piece.discard()
	for _, l := range []struct {
		kind  Kind
		items iter.Seq2[json.RawMessage, error]
	}{
		{KindServices, raws(r.src.Services(ctx), func(s mapping.Service) json.RawMessage { return s.Raw })},
		{KindConfiguration, r.src.Configurations(ctx)},
		{KindAddressConfigurations, r.src.AddressConfigurations(ctx)},
		{KindRoles, raws(r.src.Roles(ctx), func(r mapping.Role) json.RawMessage { return r.Raw })},
		{KindUsers, raws(r.src.Users(ctx), func(u mapping.User) json.RawMessage { return u.Raw })},
	} {
		if err := w.copy(l.kind, l.items); err != nil {
			return err
		}
	}
	return w.finish()
}

// raws are the raw forms of items.
func raws[T any](items iter.Seq2[T, error], raw func(T) json.RawMessage) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for v, err := range items {
			if !yield(raw(v), err) {
				return
			}
		}
	}
}
