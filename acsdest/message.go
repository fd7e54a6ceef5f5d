package acsdest

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// maxMessagePage is the largest page of messages
// (learn.microsoft.com/azure/communication-services/concepts/service-limits, Chat).
// It is always asked for, because every page counts against the limits and the
// service's own choice has been as small as 6.
const maxMessagePage = 200

// ServicePageSize as a PageSize of ListMessagesOptions leaves the size to the service.
const ServicePageSize = -1

// SendMessageOptions tune SendMessage.
type SendMessageOptions struct {
	// Type is mapping.TypeText or mapping.TypeHTML. Empty means text. The service
	// rewrites HTML to make it harmless.
	Type string
}

// SendMessage sends a message as one of the members of a thread. There is no way
// to repeat it safely: after an open outcome, look into the thread.
func (c *Chat) SendMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, m mapping.NewChatMessage, opts *SendMessageOptions) (mapping.ChatMessageID, error) {
	if opts == nil {
		opts = &SendMessageOptions{}
	}
	r := inThread(limits.SendMessage, http.MethodPost, as, thread, "/messages")
	r.body = struct {
		mapping.NewChatMessage
		Type string `json:"type"`
	}{m, cmp.Or(opts.Type, mapping.TypeText)}
	var sent sentMessage
	if err := c.client.send(ctx, r, &sent); err != nil {
		return "", err
	}
	return sent.ID, nil
}

// AdmitMessage waits until there is a token for a message of as to the thread, and then
// asks the gate to let it through, not before notBefore. Then is called once that has
// been decided, maybe before AdmitMessage returns: it must neither wait nor make calls.
// SendMessage with the context it gets is made at once, and must be all that this
// context is used for. Whoever keeps many messages waiting needs no goroutine for them,
// and can think better of it.
func (c *Chat) AdmitMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, notBefore time.Time, then Admitted) {
	c.client.admitAhead(ctx, limits.Call{Operation: limits.SendMessage, User: string(as), Thread: string(thread)}, notBefore, then)
}

type sentMessage struct {
	ID mapping.ChatMessageID `json:"id"`
}

func (w *sentMessage) check() error {
	if w.ID == "" {
		return errors.New("no message ID in it")
	}
	return nil
}

// FetchMessage reads one message.
func (c *Chat) FetchMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID) (mapping.ChatMessage, error) {
	var w wireMessage
	r := inThread(limits.GetMessage, http.MethodGet, as, thread, "/messages/"+segment(id))
	if err := c.client.send(ctx, r, &w); err != nil {
		return mapping.ChatMessage{}, err
	}
	return w.noun(), nil
}

// UpdateMessageOptions say what to change. What is nil stays as it is.
type UpdateMessageOptions struct {
	Content *string
	// Metadata is merged: keys not in it stay, keys with an empty value go.
	Metadata mapping.Metadata
}

// UpdateMessage changes a message of as. It moves to the front of lists, but keeps
// its ID.
func (c *Chat) UpdateMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID, opts *UpdateMessageOptions) error {
	if opts == nil {
		opts = &UpdateMessageOptions{}
	}
	r := inThread(limits.UpdateMessage, http.MethodPatch, as, thread, "/messages/"+segment(id))
	r.body = struct {
		Content  *string          `json:"content,omitempty"`
		Metadata mapping.Metadata `json:"metadata,omitempty"`
	}{opts.Content, opts.Metadata}
	return c.client.send(ctx, r, nil)
}

// DeleteMessage deletes a message of as. It stays in lists, empty and with the
// time of its deletion.
func (c *Chat) DeleteMessage(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID) error {
	return c.client.send(ctx, inThread(limits.DeleteMessage, http.MethodDelete, as, thread, "/messages/"+segment(id)), nil)
}

// ListMessagesOptions tune ListMessages.
type ListMessagesOptions struct {
	Since    time.Time // only what arrived or changed after then
	PageSize int       // 0 means 200, the most there is; or ServicePageSize
}

// ListMessages lists the messages of a thread by their last change, the latest
// first, those of the system and the deleted ones among them. A message that is
// edited meanwhile may be listed twice or be missed: order what matters by ID and
// read the first page again.
func (c *Chat) ListMessages(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, opts *ListMessagesOptions) iter.Seq2[mapping.ChatMessage, error] {
	return items(ctx, func() *runtime.Pager[Page[mapping.ChatMessage]] { return c.NewListMessagesPager(as, thread, opts) })
}

// NewListMessagesPager is ListMessages by pages.
func (c *Chat) NewListMessagesPager(as mapping.CommunicationUserID, thread mapping.ThreadID, opts *ListMessagesOptions) *runtime.Pager[Page[mapping.ChatMessage]] {
	return newPager(c.client, messageList(as, thread, opts), wireMessage.noun)
}

// messageList asks for the first page of messages.
func messageList(as mapping.CommunicationUserID, thread mapping.ThreadID, opts *ListMessagesOptions) request {
	if opts == nil {
		opts = &ListMessagesOptions{}
	}
	r := inThread(limits.ListMessages, http.MethodGet, as, thread, "/messages")
	r.query = listQuery(cmp.Or(opts.PageSize, maxMessagePage), 0, opts.Since)
	return r
}

// wireMessage is a message as answers have it. Messages of the system have no
// sender, and say in their content what happened.
type wireMessage struct {
	ID      mapping.ChatMessageID `json:"id"`
	Type    string                `json:"type"`
	Version string                `json:"version"`
	Content struct {
		Message      string            `json:"message"`
		Topic        string            `json:"topic"`
		Participants []wireParticipant `json:"participants"`
		Initiator    *identifier       `json:"initiatorCommunicationIdentifier"`
	} `json:"content"`
	SenderDisplayName string           `json:"senderDisplayName"`
	Sender            *identifier      `json:"senderCommunicationIdentifier"`
	CreatedOn         moment           `json:"createdOn"`
	EditedOn          moment           `json:"editedOn"`
	DeletedOn         moment           `json:"deletedOn"`
	Metadata          mapping.Metadata `json:"metadata"`
}

func (w *wireMessage) check() error {
	if w.ID == "" {
		return errors.New("no message ID in it")
	}
	return nil
}

func (w wireMessage) noun() mapping.ChatMessage {
	return mapping.ChatMessage{
		ID:                w.ID,
		Type:              w.Type,
		Version:           w.Version,
		Content:           w.Content.Message,
		SenderDisplayName: w.SenderDisplayName,
		Sender:            w.Sender.user(),
		CreatedOn:         w.CreatedOn.Time,
		EditedOn:          w.EditedOn.Time,
		DeletedOn:         w.DeletedOn.Time,
		Metadata:          w.Metadata,
		Event:             w.event(),
	}
}

// event is what a system message tells; nil for those of people.
func (w wireMessage) event() *mapping.ThreadEvent {
	c := w.Content
	if c.Initiator == nil && c.Topic == "" && len(c.Participants) == 0 {
		return nil
	}
	e := &mapping.ThreadEvent{By: c.Initiator.user(), Topic: c.Topic}
	for _, p := range c.Participants {
		e.Members = append(e.Members, p.Identifier.user())
	}
	return e
}
