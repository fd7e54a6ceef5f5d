package twiliosrc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Receipts lists what became of one message for each of those whom it was sent
// to over a channel. It costs a request, except for messages without a delivery
// summary, which were sent to nobody. If the message is gone the error is
// fs.ErrNotExist to errors.Is.
func (c *Client) Receipts(ctx context.Context, conv mapping.Conversation, m mapping.Message) iter.Seq2[json.RawMessage, error] {
	if !delivered(m) {
		return func(func(json.RawMessage, error) bool) {}
	}
	path, err := messagePath(conv, m, "Receipts")
	if err != nil {
		return nothing[json.RawMessage](fmt.Errorf("list receipts: %w", err))
	}
	return func(yield func(json.RawMessage, error) bool) {
		for raw, err := range resources(ctx, c, path, prefixReceipt, peoplePageSize, conv.SID) {
			var refused *APIError
			if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
				if err = c.without(ctx, conv, m, refused); err == nil {
					return
				}
			}
			if !yield(raw, err) {
				return
			}
		}
	}
}

// Receipts lists those that were recorded of one message.
func (s *Snapshot) Receipts(ctx context.Context, c mapping.Conversation, m mapping.Message) iter.Seq2[json.RawMessage, error] {
	return s.resources(ctx, Listing{Kind: KindReceipts, Conversation: c.SID, Message: m.SID})
}

// delivered reports whether a message was sent over a channel.
func delivered(m mapping.Message) bool {
	return len(m.Delivery) > 0 && string(m.Delivery) != "null"
}

// messagePath is the path of what belongs to one message.
func messagePath(c mapping.Conversation, m mapping.Message, name string) (string, error) {
	path, err := conversationPath(c, "Messages")
	return path + "/" + string(m.SID) + "/" + name, errors.Join(err, checkSID(prefixMessage, "sid", m.SID))
}
