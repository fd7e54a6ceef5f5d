package twiliosrc

import (
	"bytes"
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
	w, err := r.begin(string(c.SID))
	if err != nil {
		return err
	}
	defer w.piece.discard()
	messages, err := w.fill(ctx, c, own)
	if errors.Is(err, fs.ErrNotExist) { // deleted since it was listed
		r.goneConversations.Add(1)
		return r.shop.forget(string(c.SID))
	}
	if err != nil {
		return fmt.Errorf("record conversation %s: %w", c.SID, err)
	}
	if err := w.finish(); err != nil {
		return err
	}
	if r.opts.OnConversation != nil {
		r.opts.OnConversation(c.SID, messages)
	}
	return nil
}

// fill writes all that a conversation holds.
func (w *pieceWork) fill(ctx context.Context, c mapping.Conversation, own json.RawMessage) (messages int64, err error) {
	if err := w.piece.line(string(KindConversations), own); err != nil {
		return 0, err
	}
	participants := raws(w.src.Participants(ctx, c), func(p mapping.Participant) json.RawMessage { return p.Raw })
	if err := w.copy(KindParticipants, participants); err != nil {
		return 0, err
	}
	for m, err := range w.src.Messages(ctx, c, -1) {
		switch {
		case m.SID != "" && isDamage(err): // of something that belongs to it, which is asked for again
		case w.tally.takes(err):
			continue
		case err != nil:
			return messages, fmt.Errorf("record %s: %w", KindMessages, err)
		}
		switch err := w.message(ctx, c, m); {
		case errors.Is(err, errGone):
			w.tally.GoneMessages++
		case err != nil:
			return messages, fmt.Errorf("record message %s: %w", m.SID, err)
		default:
			messages++
		}
	}
	return messages, w.copy(KindWebhooks, w.src.Webhooks(ctx, c))
}

// errGone says that a message was deleted after it was listed.
var errGone = errors.New("gone")

// message records one message and what belongs to it.
func (w *pieceWork) message(ctx context.Context, c mapping.Conversation, m mapping.Message) error {
	of, err := w.belongings(ctx, c, m)
	if errors.Is(err, fs.ErrNotExist) {
		return errGone
	}
	if err != nil {
		return err
	}
	if err := w.write(KindMessages, m.Raw); err != nil {
		return err
	}
	for _, b := range of {
		if err := w.write(b.kind, b.raw); err != nil {
			return err
		}
	}
	for _, f := range m.Media {
		if err := w.media(ctx, c, f); err != nil && !w.tally.takes(err) {
			return err
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
func (w *pieceWork) belongings(ctx context.Context, c mapping.Conversation, m mapping.Message) ([]belonging, error) {
	var found []belonging
	if w.opts.Receipts {
		for raw, err := range w.src.Receipts(ctx, c, m) {
			if w.tally.takes(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			found = append(found, belonging{KindReceipts, raw})
		}
	}
	metadata, err := w.channelMetadata(ctx, c, m)
	switch {
	case w.tally.takes(err), err == nil && metadata == nil:
		return found, nil
	case err != nil:
		return nil, err
	}
	return append(found, belonging{KindChannelMetadata, metadata}), nil
}

// channelMetadata is that of a message in the form in which it is recorded, nil if
// there is none. The message has it already, unless it was deleted meanwhile or its
// metadata is damaged.
func (w *pieceWork) channelMetadata(ctx context.Context, c mapping.Conversation, m mapping.Message) (json.RawMessage, error) {
	if !isBare(m) {
		return nil, nil
	}
	raw := m.ChannelMetadata
	if raw == nil {
		var err error
		if raw, err = w.src.ChannelMetadata(ctx, c, m); err != nil {
			return nil, err
		}
	}
	if raw == nil || bytes.Equal(raw, noMetadata) {
		return nil, nil
	}
	return json.Marshal(ownedMetadata{c.SID, m.SID, raw})
}
