package acsdest

import (
	"context"
	"net/http"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// SendTypingOptions tune SendTyping.
type SendTypingOptions struct {
	SenderDisplayName string
}

// SendTyping shows the members of a thread for a few seconds that as is typing.
func (c *Chat) SendTyping(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, opts *SendTypingOptions) error {
	if opts == nil {
		opts = &SendTypingOptions{}
	}
	r := inThread(limits.SendTyping, http.MethodPost, as, thread, "/typing")
	r.body = struct {
		SenderDisplayName string `json:"senderDisplayName,omitempty"`
	}{opts.SenderDisplayName}
	return c.client.send(ctx, r, nil)
}
