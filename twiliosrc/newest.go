package twiliosrc

import (
	"context"
	"fmt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// NewestIndex is the index of the newest message of a conversation, -1 when it
// has none: with one small request, how long the conversation is, as long as
// nothing was deleted.
func (c *Client) NewestIndex(ctx context.Context, conv mapping.Conversation) (int64, error) {
	path, err := conversationPath(conv, "Messages")
	if err != nil {
		return 0, fmt.Errorf("find the newest message: %w", err)
	}
	p, err := c.page(ctx, path+"?Order=desc&"+pageQuery(1))
	if err != nil || len(p.items) == 0 {
		return -1, err
	}
	m, err := decoded(path, conv.SID, p.items[0], decodeMessage)
	return m.Index, err
}
