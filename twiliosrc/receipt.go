package twiliosrc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Receipts lists what became of one message for each of those whom it was sent
// to over a channel. It costs a request, except for messages without a delivery
// summary, which were sent to nobody.
func (c *Client) Receipts(ctx context.Context, conv mapping.Conversation, m mapping.Message) iter.Seq2[json.RawMessage, error] {
	if !delivered(m) {
		return func(func(json.RawMessage, error) bool) {}
	}
	path, err := messagePath(conv, m, "Receipts")
	if err != nil {
		return nothing[json.RawMessage](fmt.Errorf("list receipts: %w", err))
	}
	return resources(ctx, c, path, prefixReceipt, peoplePageSize, conv.SID)
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
