package twiliosrc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// ChannelMetadata is what a channel says of a message that has neither text nor
// files, such as the place that was shared over WhatsApp: an object with type
// and data. It is nil for all other messages, of which nobody asks, and for
// those of which Twilio says that there is none.
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
	if errors.As(err, &refused) && refused.Status == 404 && refused.Code == codeNoChannelMetadata {
		return nil, nil
	}
	return raw, err
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
	var recorded ownedMetadata
	err = json.Unmarshal(raw, &recorded)
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
