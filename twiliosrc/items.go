package twiliosrc

import (
	"context"
	"errors"
	"fmt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// FetchConversation reads one conversation, wherever the selection lies. The
// error of one that does not exist is fs.ErrNotExist to errors.Is.
func (c *Client) FetchConversation(ctx context.Context, service mapping.ServiceSID, sid mapping.ConversationSID) (mapping.Conversation, error) {
	path, err := conversationPath(mapping.Conversation{SID: sid, ServiceSID: service}, "")
	if err != nil {
		return mapping.Conversation{}, fmt.Errorf("fetch conversation: %w", err)
	}
	raw, err := c.singleton(ctx, path[:len(path)-1])
	if err != nil {
		return mapping.Conversation{}, fmt.Errorf("fetch conversation %s: %w", sid, err)
	}
	return decodeConversation(raw)
}

// FetchMessage reads one message. The error of one that does not exist is
// fs.ErrNotExist to errors.Is.
func (c *Client) FetchMessage(ctx context.Context, conv mapping.Conversation, sid mapping.MessageSID) (mapping.Message, error) {
	path, err := conversationPath(conv, "Messages/"+string(sid))
	if err = errors.Join(err, checkSID(prefixMessage, "sid", sid)); err != nil {
		return mapping.Message{}, fmt.Errorf("fetch message: %w", err)
	}
	raw, err := c.singleton(ctx, path)
	if err != nil {
		return mapping.Message{}, fmt.Errorf("fetch message %s: %w", sid, err)
	}
	return decodeMessage(raw)
}

// FetchConversation reads one conversation, wherever the selection lies. The
// error of one that is not in the snapshot is fs.ErrNotExist to errors.Is.
func (s *Snapshot) FetchConversation(ctx context.Context, _ mapping.ServiceSID, sid mapping.ConversationSID) (mapping.Conversation, error) {
	raw, err := s.Find(ctx, Listing{Kind: KindConversations}, "sid", string(sid))
	if err != nil {
		return mapping.Conversation{}, fmt.Errorf("fetch conversation %s: %w", sid, err)
	}
	return decodeConversation(raw)
}

// FetchMessage reads one message. The error of one that is not in the snapshot
// is fs.ErrNotExist to errors.Is.
func (s *Snapshot) FetchMessage(ctx context.Context, c mapping.Conversation, sid mapping.MessageSID) (mapping.Message, error) {
	raw, err := s.Find(ctx, Listing{Kind: KindMessages, Conversation: c.SID}, "sid", string(sid))
	if err != nil {
		return mapping.Message{}, fmt.Errorf("fetch message %s: %w", sid, err)
	}
	return decodeMessage(raw)
}
