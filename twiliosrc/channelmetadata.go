package twiliosrc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// ChannelMetadata is what a channel says of a message that has neither text nor
// files, such as the place that was shared over WhatsApp: an object with type
// and data. It is nil for all other messages, of which nobody asks, and for
// those of which Twilio says that there is none. If the message is gone the error is
// fs.ErrNotExist to errors.Is.
func (c *Client) ChannelMetadata(ctx context.Context, conv mapping.Conversation, m mapping.Message) (json.RawMessage, error) {
	if !isBare(m) {
		return nil, nil
	}
	path, err := messagePath(conv, m, "ChannelMetadata")
	if err != nil {
		return nil, fmt.Errorf("fetch channel metadata: %w", err)
	}
	raw, err := c.singleton(ctx, path)
	var refused *APIError
	var damaged *mapping.DamagedError
	switch {
	case errors.As(err, &damaged):
		damaged.Conversation = conv.SID
		if c.damage.leaveOut(damaged, 1) {
			return nil, nil
		}
	case !errors.As(err, &refused):
	case refused.Status == http.StatusNotFound && refused.Code == codeNoChannelMetadata:
		return nil, nil
	case refused.isForGood():
		return nil, c.without(ctx, conv, m, refused)
	}
	return raw, err
}

// without is what to make of a refusal to say what belongs to a message: nothing,
// as long as the message itself is there. What no document of Twilio's promises may
// be missing in some region, or closed to some key.
func (c *Client) without(ctx context.Context, conv mapping.Conversation, m mapping.Message, refused *APIError) error {
	if _, err := c.FetchMessage(ctx, conv, m.SID); err != nil {
		return err
	}
	c.log.WarnContext(ctx, "going on without what belongs to a message", "error", refused)
	return nil
}

// codeNoChannelMetadata comes with 404 when a message has none.
const codeNoChannelMetadata = 50530

// ChannelMetadata is what was recorded of a message, nil if there is nothing.
func (s *Snapshot) ChannelMetadata(ctx context.Context, c mapping.Conversation, m mapping.Message) (json.RawMessage, error) {
	l := Listing{Kind: KindChannelMetadata, Conversation: c.SID, Message: m.SID}
	raw, err := s.Find(ctx, l, "message_sid", string(m.SID))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	recorded, err := decoded(KindChannelMetadata.file(), c.SID, raw, func(text []byte) (v ownedMetadata, err error) {
		return v, json.Unmarshal(text, &v)
	})
	return recorded.Metadata, err
}

// ownedMetadata is how channel metadata is recorded: as Twilio returned it, and
// beside it whose it is, which it does not say itself.
type ownedMetadata struct {
	Conversation mapping.ConversationSID `json:"conversation_sid"`
	Message      mapping.MessageSID      `json:"message_sid"`
	Metadata     json.RawMessage         `json:"channel_metadata"`
}

// isBare reports whether a message has neither text nor files.
func isBare(m mapping.Message) bool { return m.Body == "" && len(m.Media) == 0 }

// noMetadata is the ChannelMetadata of a message that could have some and has
// none.
var noMetadata = json.RawMessage("null")

func isDamage(err error) bool { return errors.As(err, new(*mapping.DamagedError)) }
