package twiliosrc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// conversation records one, unless an earlier attempt has and it is unchanged.
func (r *recording) conversation(ctx context.Context, c mapping.Conversation) error {
	own, err := r.redacted(KindConversations, c.Raw)
	if err != nil {
		return err
	}
	if r.shop.has(string(c.SID), own) {
		r.resumed.Add(1)
		return nil
	}
	p, err := r.shop.newPiece(string(c.SID))
	if err != nil {
		return err
	}
	defer p.discard()
	messages, err := r.fill(ctx, p, c, own)
	if errors.Is(err, fs.ErrNotExist) { // deleted since it was listed
		r.goneConversations.Add(1)
		return r.shop.forget(string(c.SID))
	}
	if err != nil {
		return fmt.Errorf("record conversation %s: %w", c.SID, err)
	}
	if err := r.finish(p); err != nil {
		return err
	}
	if r.opts.OnConversation != nil {
		r.opts.OnConversation(c.SID, messages)
	}
	return nil
}

// fill writes all that a conversation holds.
func (r *recording) fill(ctx context.Context, p *piece, c mapping.Conversation, own json.RawMessage) (messages int64, err error) {
	if err := p.line(string(KindConversations), own); err != nil {
		return 0, err
	}
	participants := raws(r.src.Participants(ctx, c), func(p mapping.Participant) json.RawMessage { return p.Raw })
	if err := r.copy(p, KindParticipants, participants); err != nil {
		return 0, err
	}
	for m, err := range r.src.Messages(ctx, c, -1) {
		if r.passOver(err) {
			continue
		}
		if err != nil {
			return messages, fmt.Errorf("record %s: %w", KindMessages, err)
		}
		if err := r.message(ctx, p, c, m); err != nil {
			return messages, err
		}
		messages++
	}
	return messages, r.copy(p, KindWebhooks, r.src.Webhooks(ctx, c))
}

// message records one message and what belongs to it.
func (r *recording) message(ctx context.Context, p *piece, c mapping.Conversation, m mapping.Message) error {
	of, err := r.belongings(ctx, c, m)
	if errors.Is(err, fs.ErrNotExist) {
		r.goneMessages.Add(1)
		return nil
	}
	if err != nil {
		return fmt.Errorf("record message %s: %w", m.SID, err)
	}
	if err := r.write(p, KindMessages, m.Raw); err != nil {
		return err
	}
	for _, b := range of {
		if err := r.write(p, b.kind, b.raw); err != nil {
			return err
		}
	}
	for _, f := range m.Media {
		if err := r.media(ctx, p, c, f); err != nil {
			return fmt.Errorf("record message %s: %w", m.SID, err)
		}
	}
	return nil
}

// belonging is a resource that belongs to a message.
type belonging struct {
	kind Kind
	raw  json.RawMessage
}

// belongings fetches what belongs to a message, apart from files. An error that
// is fs.ErrNotExist to errors.Is says that the message was deleted.
func (r *recording) belongings(ctx context.Context, c mapping.Conversation, m mapping.Message) ([]belonging, error) {
	var found []belonging
	if r.opts.Receipts {
		for raw, err := range r.src.Receipts(ctx, c, m) {
			if err != nil {
				return nil, err
			}
			found = append(found, belonging{KindReceipts, raw})
		}
	}
	if !isBare(m) {
		return found, nil
	}
	raw := m.ChannelMetadata
	if raw == nil { // the message was deleted while it was listed
		var err error
		if raw, err = r.src.ChannelMetadata(ctx, c, m); err != nil {
			return found, err
		}
	}
	if raw == nil || string(raw) == string(noMetadata) {
		return found, nil
	}
	raw, err := json.Marshal(ownedMetadata{c.SID, m.SID, raw})
	return append(found, belonging{KindChannelMetadata, raw}), err
}
