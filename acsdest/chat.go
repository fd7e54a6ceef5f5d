package acsdest

import (
	"context"
	"errors"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

const chatVersion = "2025-03-15"

// Chat carries out the operations of chat threads. The user named first in every
// call is the one whose token it is made with, who must be allowed to do it:
// mostly, a member of the thread. It is safe for concurrent use.
type Chat struct{ client *client }

// NewChat makes a client for the resource at endpoint, whose tokens come from
// tokens. Access keys and Entra credentials are not accepted by Chat.
func NewChat(endpoint string, tokens TokenSource, opts *ClientOptions) (*Chat, error) {
	if tokens == nil {
		return nil, errors.New("no source of user tokens")
	}
	c, err := newClient(endpoint, chatVersion, opts.withDefaults(), []policy.Policy{&userTokenPolicy{tokens}}, nil)
	if err != nil {
		return nil, err
	}
	c.ready = func(ctx context.Context, call limits.Call) error {
		if _, err := tokens.Token(ctx, mapping.CommunicationUserID(call.User)); err != nil {
			return noToken(call.Operation, err)
		}
		return nil
	}
	return &Chat{c}, nil
}

// inThread is a call of as in a thread; path is what follows that of the thread.
func inThread(op limits.Operation, method string, as mapping.CommunicationUserID, thread mapping.ThreadID, path string) request {
	return request{
		call:   limits.Call{Operation: op, User: string(as), Thread: string(thread)},
		method: method,
		path:   "/chat/threads/" + segment(thread) + path,
	}
}
