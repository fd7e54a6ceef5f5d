package acsdest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/google/uuid"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// Retention says when the service deletes a thread by itself. The zero value is
// never.
type Retention struct {
	// DeleteAfterDays counts from the creation of the thread, 30 to 90. 0 means never.
	DeleteAfterDays int
}

// MarshalJSON writes r as the service reads it.
func (r Retention) MarshalJSON() ([]byte, error) {
	w := wireRetention{Kind: "none"}
	if r.DeleteAfterDays != 0 {
		w = wireRetention{Kind: "threadCreationDate", Days: r.DeleteAfterDays}
	}
	return json.Marshal(w)
}

type wireRetention struct {
	Kind string `json:"kind"`
	Days int    `json:"deleteThreadAfterDays,omitempty"`
}

// CreateThreadOptions tune CreateThread.
type CreateThreadOptions struct {
	// RepeatabilityRequestID makes the call repeatable: the service answers the same
	// value with the same thread, for a time it does not tell. Keep it before the
	// first attempt, to repeat the call after a crash. Empty means a new UUID.
	RepeatabilityRequestID string
}

// CreateThread creates a thread, whose creator as becomes a member of it, listed
// or not. At most 200 participants are taken; AddParticipants adds more. Those the
// service would not take come back with its reason, in an otherwise successful call.
func (c *Chat) CreateThread(ctx context.Context, as mapping.CommunicationUserID, t mapping.NewChatThread, opts *CreateThreadOptions) (mapping.ChatThread, []mapping.InvalidParticipant, error) {
	if opts == nil {
		opts = &CreateThreadOptions{}
	}
	if n := len(t.Participants); n > maxParticipants {
		return mapping.ChatThread{}, nil, refusal(limits.CreateThread,
			fmt.Errorf("%d participants, at most %d are taken", n, maxParticipants))
	}
	r := request{
		call:   limits.Call{Operation: limits.CreateThread, User: string(as)},
		method: http.MethodPost,
		path:   "/chat/threads",
		header: http.Header{"Repeatability-Request-Id": {cmp.Or(opts.RepeatabilityRequestID, uuid.NewString())}},
		body: struct {
			Topic        string            `json:"topic"`
			Participants []wireParticipant `json:"participants,omitempty"`
			Metadata     mapping.Metadata  `json:"metadata,omitempty"`
			Retention    Retention         `json:"retentionPolicy"`
		}{t.Topic, wireParticipants(t.Participants, time.Time{}), t.Metadata, Retention{t.RetentionDays}},
	}
	var created createdThread
	if err := c.client.send(ctx, r, &created); err != nil {
		return mapping.ChatThread{}, nil, err
	}
	return created.Thread.noun(), invalidParticipants(created.Invalid), nil
}

// FetchThread reads the properties of a thread.
func (c *Chat) FetchThread(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID) (mapping.ChatThread, error) {
	var w wireThread
	err := c.client.send(ctx, inThread(limits.GetThread, http.MethodGet, as, thread, ""), &w)
	if err != nil {
		return mapping.ChatThread{}, err
	}
	return w.noun(), nil
}

// UpdateThreadOptions say what to change. What is nil stays as it is.
type UpdateThreadOptions struct {
	Topic *string
	// Metadata is merged: keys not in it stay, keys with an empty value go.
	Metadata  mapping.Metadata
	Retention *Retention
}

// UpdateThread changes the properties of a thread. A new topic shows in the thread
// as a message of the system.
func (c *Chat) UpdateThread(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, opts *UpdateThreadOptions) error {
	if opts == nil {
		opts = &UpdateThreadOptions{}
	}
	r := inThread(limits.UpdateThread, http.MethodPatch, as, thread, "")
	r.body = struct {
		Topic     *string          `json:"topic,omitempty"`
		Metadata  mapping.Metadata `json:"metadata,omitempty"`
		Retention *Retention       `json:"retentionPolicy,omitempty"`
	}{opts.Topic, opts.Metadata, opts.Retention}
	return c.client.send(ctx, r, nil)
}

// DeleteThread deletes a thread and everything in it, for ever.
func (c *Chat) DeleteThread(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID) error {
	return c.client.send(ctx, inThread(limits.DeleteThread, http.MethodDelete, as, thread, ""), nil)
}

// ListThreadsOptions tune ListThreads.
type ListThreadsOptions struct {
	Since    time.Time // only threads with activity since then
	PageSize int       // 0 leaves it to the service
}

// ListThreads lists the threads of as, the latest active first: ID, topic, and when
// it was deleted, nothing else. Deleted threads and some that the user has left
// stay in it for a while.
func (c *Chat) ListThreads(ctx context.Context, as mapping.CommunicationUserID, opts *ListThreadsOptions) iter.Seq2[mapping.ChatThread, error] {
	return items(ctx, func() *runtime.Pager[Page[mapping.ChatThread]] { return c.NewListThreadsPager(as, opts) })
}

// NewListThreadsPager is ListThreads by pages.
func (c *Chat) NewListThreadsPager(as mapping.CommunicationUserID, opts *ListThreadsOptions) *runtime.Pager[Page[mapping.ChatThread]] {
	if opts == nil {
		opts = &ListThreadsOptions{}
	}
	return newPager(c.client, request{
		call:   limits.Call{Operation: limits.ListThreads, User: string(as)},
		method: http.MethodGet,
		path:   "/chat/threads",
		query:  listQuery(opts.PageSize, 0, opts.Since),
	}, wireThread.noun)
}

// wireThread is a thread as answers have it: its properties, or an item of a list.
type wireThread struct {
	ID        mapping.ThreadID `json:"id"`
	Topic     string           `json:"topic"`
	CreatedOn moment           `json:"createdOn"`
	CreatedBy *identifier      `json:"createdByCommunicationIdentifier"`
	DeletedOn moment           `json:"deletedOn"`
	Metadata  mapping.Metadata `json:"metadata"`
	Retention wireRetention    `json:"retentionPolicy"`
}

func (w *wireThread) check() error {
	if w.ID == "" {
		return errors.New("no thread ID in it")
	}
	return nil
}

func (w wireThread) noun() mapping.ChatThread {
	return mapping.ChatThread{
		ID:            w.ID,
		Topic:         w.Topic,
		CreatedOn:     w.CreatedOn.Time,
		CreatedBy:     w.CreatedBy.user(),
		DeletedOn:     w.DeletedOn.Time,
		Metadata:      w.Metadata,
		RetentionKind: w.Retention.Kind,
		RetentionDays: w.Retention.Days,
	}
}

type createdThread struct {
	Thread  wireThread    `json:"chatThread"`
	Invalid []wireInvalid `json:"invalidParticipants"`
}

func (w *createdThread) check() error { return w.Thread.check() }
