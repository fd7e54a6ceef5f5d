package acsdest

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// maxParticipants is how many a single call takes
// (learn.microsoft.com/azure/communication-services/concepts/service-limits, Chat).
const maxParticipants = 200

// AddParticipantsOptions tune AddParticipants.
type AddParticipantsOptions struct {
	// ShareHistorySince bounds what the new members see of what was written before
	// them, by the time it arrived. Zero means everything.
	ShareHistorySince time.Time
}

// AddedParticipants is how far AddParticipants came.
type AddedParticipants struct {
	// Added are members now, or were before.
	Added []mapping.CommunicationUserID
	// Invalid are those the service would not take.
	Invalid []mapping.InvalidParticipant
}

// AddParticipants adds members to a thread, 200 with each request. Adding somebody
// again changes nothing, not even the display name. When a request fails, the
// result tells of those before it, and the error of that one alone: whatever its
// outcome, it is safe to add again whoever is not in Added.
func (c *Chat) AddParticipants(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, members []mapping.ChatParticipant, opts *AddParticipantsOptions) (AddedParticipants, error) {
	if opts == nil {
		opts = &AddParticipantsOptions{}
	}
	r := inThread(limits.AddParticipants, http.MethodPost, as, thread, "/participants/:add")
	var result AddedParticipants
	for batch := range slices.Chunk(members, maxParticipants) {
		r.body = struct {
			Participants []wireParticipant `json:"participants"`
		}{wireParticipants(batch, opts.ShareHistorySince)}
		var answer struct {
			Invalid []wireInvalid `json:"invalidParticipants"`
		}
		if err := c.client.send(ctx, r, &answer); err != nil {
			return result, err
		}
		result.count(batch, invalidParticipants(answer.Invalid))
	}
	return result, nil
}

func (a *AddedParticipants) count(batch []mapping.ChatParticipant, invalid []mapping.InvalidParticipant) {
	for _, p := range batch {
		if !slices.ContainsFunc(invalid, func(i mapping.InvalidParticipant) bool { return i.User == p.User }) {
			a.Added = append(a.Added, p.User)
		}
	}
	a.Invalid = append(a.Invalid, invalid...)
}

// RemoveParticipant removes a member from a thread. The member goes on reading
// what was written before.
func (c *Chat) RemoveParticipant(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, member mapping.CommunicationUserID) error {
	r := inThread(limits.RemoveParticipant, http.MethodPost, as, thread, "/participants/:remove")
	r.body = identifierOf(member)
	return c.client.send(ctx, r, nil)
}

// ListParticipantsOptions tune ListParticipants.
type ListParticipantsOptions struct {
	PageSize int // 0 leaves it to the service
	Skip     int // how many to leave out at the beginning
}

// ListParticipants lists the members of a thread.
func (c *Chat) ListParticipants(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, opts *ListParticipantsOptions) iter.Seq2[mapping.ChatParticipant, error] {
	return items(ctx, func() *runtime.Pager[Page[mapping.ChatParticipant]] {
		return c.NewListParticipantsPager(as, thread, opts)
	})
}

// NewListParticipantsPager is ListParticipants by pages.
func (c *Chat) NewListParticipantsPager(as mapping.CommunicationUserID, thread mapping.ThreadID, opts *ListParticipantsOptions) *runtime.Pager[Page[mapping.ChatParticipant]] {
	if opts == nil {
		opts = &ListParticipantsOptions{}
	}
	r := inThread(limits.ListParticipants, http.MethodGet, as, thread, "/participants")
	r.query = listQuery(opts.PageSize, opts.Skip, time.Time{})
	return newPager(c.client, r, wireParticipant.noun)
}

// wireParticipant is a member as requests and answers have it.
type wireParticipant struct {
	Identifier       identifier       `json:"communicationIdentifier"`
	DisplayName      string           `json:"displayName,omitempty"`
	ShareHistoryTime string           `json:"shareHistoryTime,omitempty"`
	Metadata         mapping.Metadata `json:"metadata,omitempty"`
}

func wireParticipants(members []mapping.ChatParticipant, since time.Time) []wireParticipant {
	var wire []wireParticipant
	for _, m := range members {
		w := wireParticipant{Identifier: identifierOf(m.User), DisplayName: m.DisplayName, Metadata: m.Metadata}
		if !since.IsZero() {
			w.ShareHistoryTime = since.UTC().Format(time.RFC3339)
		}
		wire = append(wire, w)
	}
	return wire
}

func (w wireParticipant) noun() mapping.ChatParticipant {
	p := mapping.ChatParticipant{User: w.Identifier.user(), DisplayName: w.DisplayName, Metadata: w.Metadata}
	// The whole history reads back as the epoch. A time that cannot be read hides
	// nothing that anybody could tell.
	if since, err := time.Parse(time.RFC3339, w.ShareHistoryTime); err == nil && since.Unix() > 0 {
		p.HistorySince = since
	}
	return p
}

// wireInvalid is somebody who was not taken; the code is an HTTP status.
type wireInvalid struct {
	Target  looseText `json:"target"`
	Code    looseText `json:"code"`
	Message looseText `json:"message"`
}

func invalidParticipants(wire []wireInvalid) []mapping.InvalidParticipant {
	var nouns []mapping.InvalidParticipant
	for _, w := range wire {
		nouns = append(nouns, mapping.InvalidParticipant{
			User:    mapping.CommunicationUserID(w.Target),
			Code:    string(w.Code),
			Message: string(w.Message),
		})
	}
	return nouns
}
