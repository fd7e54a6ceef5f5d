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
	path = path[:len(path)-1]
	text, err := c.fetch(ctx, c.rest, path)
	if err != nil {
		return mapping.Conversation{}, fmt.Errorf("fetch conversation %s: %w", sid, err)
	}
	return decoded(path, sid, text, conversationReader(service))
}

// FetchMessage reads one message. The error of one that does not exist is
// fs.ErrNotExist to errors.Is.
func (c *Client) FetchMessage(ctx context.Context, conv mapping.Conversation, sid mapping.MessageSID) (mapping.Message, error) {
	path, err := conversationPath(conv, "Messages/"+string(sid))
	if err = errors.Join(err, checkSID(prefixMessage, "sid", sid)); err != nil {
		return mapping.Message{}, fmt.Errorf("fetch message: %w", err)
	}
	text, err := c.fetch(ctx, c.rest, path)
	if err != nil {
		return mapping.Message{}, fmt.Errorf("fetch message %s: %w", sid, err)
	}
	m, err := decoded(path, conv.SID, text, decodeMessage)
	return *m, err
}

// FetchConversation reads one conversation, wherever the selection lies. The
// error of one that is not in the snapshot is fs.ErrNotExist to errors.Is.
func (s *Snapshot) FetchConversation(ctx context.Context, _ mapping.ServiceSID, sid mapping.ConversationSID) (mapping.Conversation, error) {
	raw, err := s.Find(ctx, Listing{Kind: KindConversations}, "sid", string(sid))
	if err != nil {
		return mapping.Conversation{}, fmt.Errorf("fetch conversation %s: %w", sid, err)
	}
	return decoded(KindConversations.file(), sid, raw, conversationReader(s.manifest.DefaultServiceSID))
}

// FetchMessage reads one message. The error of one that is not in the snapshot
// is fs.ErrNotExist to errors.Is.
func (s *Snapshot) FetchMessage(ctx context.Context, c mapping.Conversation, sid mapping.MessageSID) (mapping.Message, error) {
	raw, err := s.Find(ctx, Listing{Kind: KindMessages, Conversation: c.SID}, "sid", string(sid))
	if err != nil {
		return mapping.Message{}, fmt.Errorf("fetch message %s: %w", sid, err)
	}
	m, err := decoded(KindMessages.file(), c.SID, raw, decodeMessage)
	return *m, err
}

// decoded reads an item that was asked for. One that cannot be read is damaged: it
// is there.
func decoded[T any](place string, owner mapping.ConversationSID, text []byte, read func([]byte) (T, error)) (T, error) {
	v, err := read(text)
	if err != nil {
		return v, &mapping.DamagedError{Place: place, Conversation: owner, Err: err}
	}
	return v, nil
}
