package twiliosrc

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// account records what concerns all conversations, anew in every attempt.
func (r *recording) account(ctx context.Context) error {
	p, err := r.shop.newPiece(accountPiece)
	if err != nil {
		return err
	}
	defer p.discard()
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
		if err := r.copy(p, l.kind, l.items); err != nil {
			return err
		}
	}
	return r.finish(p)
}

// finish completes a piece. What a later attempt takes over must be known to the
// redactor then.
func (r *recording) finish(p *piece) error {
	if r.redactor != nil {
		if err := r.redactor.Sync(); err != nil {
			return err
		}
	}
	return p.finish()
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

// copy writes a whole list.
func (r *recording) copy(p *piece, kind Kind, items iter.Seq2[json.RawMessage, error]) error {
	for raw, err := range items {
		if r.passOver(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("record %s: %w", kind, err)
		}
		if err := r.write(p, kind, raw); err != nil {
			return err
		}
	}
	return nil
}

// write redacts a resource, if that is asked for, and writes it.
func (r *recording) write(p *piece, kind Kind, raw json.RawMessage) error {
	raw, err := r.redacted(kind, raw)
	if err != nil {
		return err
	}
	return p.line(string(kind), raw)
}

func (r *recording) redacted(kind Kind, raw json.RawMessage) (json.RawMessage, error) {
	if r.redactor == nil {
		return raw, nil
	}
	raw, err := r.redactor.Resource(raw)
	if err != nil {
		return nil, fmt.Errorf("redact one of %s: %w", kind, err)
	}
	return raw, nil
}
