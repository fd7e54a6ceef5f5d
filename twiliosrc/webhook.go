package twiliosrc

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// webhookPageSize is the largest page of webhooks: a conversation has few.
const webhookPageSize = 5

// Webhooks lists whom Twilio tells of what happens in one conversation.
func (c *Client) Webhooks(ctx context.Context, conv mapping.Conversation) iter.Seq2[json.RawMessage, error] {
	path, err := conversationPath(conv, "Webhooks")
	if err != nil {
		return nothing[json.RawMessage](fmt.Errorf("list webhooks: %w", err))
	}
	return resources(ctx, c, path, prefixWebhook, webhookPageSize, conv.SID)
}

// Webhooks lists those that were recorded of one conversation.
func (s *Snapshot) Webhooks(ctx context.Context, c mapping.Conversation) iter.Seq2[json.RawMessage, error] {
	return s.resources(ctx, Listing{Kind: KindWebhooks, Conversation: c.SID})
}
