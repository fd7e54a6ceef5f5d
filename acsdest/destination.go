package acsdest

import (
	"context"
	"iter"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Destination is an ACS resource as the target of a migration: Chat and
// Identity with every option chosen. Other programs are better served by Chat.
type Destination struct {
	chat     *Chat
	identity *Identity
	tokens   *Tokens
}

// keptTokens is how many users' tokens are kept: those of 20,000 threads in
// progress, each with two people who write. With fewer, every message would need a
// new one, of which 1,000 are issued in 30 s.
const keptTokens = 50_000

// NewDestination returns the resource behind conn. For the sake of exactly-once
// delivery opts must not ask for retries of writes: without them a call is
// attempted once, and whoever makes it decides what its failure means.
func NewDestination(conn Connection, opts *ClientOptions) (*Destination, error) {
	identity, err := NewIdentity(conn, opts)
	if err != nil {
		return nil, err
	}
	return newDestination(conn.Endpoint, identity, opts)
}

// NewDestinationWithCredential is NewDestination with Microsoft Entra ID in the
// place of an access key, for example with what DefaultCredential returns. Only
// Identity authenticates with it: Chat takes nothing but the tokens of users.
func NewDestinationWithCredential(endpoint string, cred azcore.TokenCredential, opts *ClientOptions) (*Destination, error) {
	identity, err := NewIdentityWithCredential(endpoint, cred, opts)
	if err != nil {
		return nil, err
	}
	return newDestination(endpoint, identity, opts)
}

func newDestination(endpoint string, identity *Identity, opts *ClientOptions) (*Destination, error) {
	tokens := NewTokens(identity, &TokensOptions{Users: keptTokens})
	chat, err := NewChat(endpoint, tokens, opts)
	if err != nil {
		return nil, err
	}
	return &Destination{chat: chat, identity: identity, tokens: tokens}, nil
}

// CreateUser creates a communication user; withToken issues its first token in
// the same call.
func (d *Destination) CreateUser(ctx context.Context, withToken bool) (mapping.CommunicationUserID, error) {
	if withToken {
		return d.tokens.CreateUser(ctx)
	}
	u, err := d.identity.CreateUser(ctx, nil)
	return u.ID, err
}

// CreateThread creates a thread that is kept until it is deleted. Repeated with
// the same key it answers with the same thread.
func (d *Destination) CreateThread(ctx context.Context, as mapping.CommunicationUserID, key string, t mapping.NewChatThread) (mapping.ChatThread, []mapping.InvalidParticipant, error) {
	return d.chat.CreateThread(ctx, as, t, &CreateThreadOptions{RepeatabilityRequestID: key})
}

// AddParticipants adds members, who see the whole history.
func (d *Destination) AddParticipants(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, members []mapping.ChatParticipant) ([]mapping.InvalidParticipant, error) {
	added, err := d.chat.AddParticipants(ctx, as, thread, members, nil)
	return added.Invalid, err
}

// RemoveParticipant removes a member.
func (d *Destination) RemoveParticipant(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, member mapping.CommunicationUserID) error {
	return d.chat.RemoveParticipant(ctx, as, thread, member)
}

// AdmitMessage calls then when a message may be sent.
func (d *Destination) AdmitMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, notBefore time.Time, then func(admitted context.Context, release func(), err error)) {
	d.chat.AdmitMessage(ctx, as, thread, notBefore, then)
}

// SendMessage sends a text message.
func (d *Destination) SendMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, m mapping.NewChatMessage) (mapping.ChatMessageID, error) {
	return d.chat.SendMessage(ctx, as, thread, m, nil)
}

// UpdateMessage changes a message of as.
func (d *Destination) UpdateMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID, u mapping.MessageUpdate) error {
	return d.chat.UpdateMessage(ctx, as, thread, id, &UpdateMessageOptions{Content: u.Content, Metadata: u.Metadata})
}

// DeleteMessage deletes a message of as.
func (d *Destination) DeleteMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID) error {
	return d.chat.DeleteMessage(ctx, as, thread, id)
}

// UpdateThread changes topic and metadata of a thread.
func (d *Destination) UpdateThread(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, u mapping.ThreadUpdate) error {
	return d.chat.UpdateThread(ctx, as, thread, &UpdateThreadOptions{Topic: u.Topic, Metadata: u.Metadata})
}

// DeleteThread deletes a thread and everything in it, for ever.
func (d *Destination) DeleteThread(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID) error {
	return d.chat.DeleteThread(ctx, as, thread)
}

// DeleteUser deletes a communication user and what belongs to it, for ever.
func (d *Destination) DeleteUser(ctx context.Context, user mapping.CommunicationUserID) error {
	return d.identity.DeleteUser(ctx, user)
}

// SendReadReceipt marks a message, and all before it, as read.
func (d *Destination) SendReadReceipt(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID) error {
	return d.chat.SendReadReceipt(ctx, as, thread, id)
}

// FetchThread reads the properties of a thread.
func (d *Destination) FetchThread(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID) (mapping.ChatThread, error) {
	return d.chat.FetchThread(ctx, as, thread)
}

// FetchMessage reads one message.
func (d *Destination) FetchMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID) (mapping.ChatMessage, error) {
	return d.chat.FetchMessage(ctx, as, thread, id)
}

// ListThreads lists the threads of as that were active since then.
func (d *Destination) ListThreads(ctx context.Context, as mapping.CommunicationUserID, since time.Time) iter.Seq2[mapping.ChatThread, error] {
	return d.chat.ListThreads(ctx, as, &ListThreadsOptions{Since: since})
}

// ListParticipants lists the members of a thread.
func (d *Destination) ListParticipants(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID) iter.Seq2[mapping.ChatParticipant, error] {
	return d.chat.ListParticipants(ctx, as, thread, nil)
}

// ListMessages lists what arrived or changed since then, the latest change first.
func (d *Destination) ListMessages(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, since time.Time) iter.Seq2[mapping.ChatMessage, error] {
	return d.chat.ListMessages(ctx, as, thread, &ListMessagesOptions{Since: since})
}

// ListReadReceipts lists up to where each member has read.
func (d *Destination) ListReadReceipts(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID) iter.Seq2[mapping.ReadReceipt, error] {
	return d.chat.ListReadReceipts(ctx, as, thread, nil)
}
