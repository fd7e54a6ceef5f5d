package acsdest

import (
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// SendReadReceipt says that as has read a thread up to a message.
func (c *Chat) SendReadReceipt(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, id mapping.ChatMessageID) error {
	r := inThread(limits.SendReadReceipt, http.MethodPost, as, thread, "/readReceipts")
	r.body = struct {
		ID mapping.ChatMessageID `json:"chatMessageId"`
	}{id}
	return c.client.send(ctx, r, nil)
}

// ListReadReceiptsOptions tune ListReadReceipts.
type ListReadReceiptsOptions struct {
	PageSize int // 0 leaves it to the service
	Skip     int // how many to leave out at the beginning
}

// ListReadReceipts lists how far the members of a thread have read. In threads of
// more than 20 members the service takes receipts but lists none.
func (c *Chat) ListReadReceipts(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, opts *ListReadReceiptsOptions) iter.Seq2[mapping.ReadReceipt, error] {
	return items(ctx, func() *runtime.Pager[Page[mapping.ReadReceipt]] {
		return c.NewListReadReceiptsPager(as, thread, opts)
	})
}

// NewListReadReceiptsPager is ListReadReceipts by pages.
func (c *Chat) NewListReadReceiptsPager(as mapping.CommunicationUserID, thread mapping.ThreadID, opts *ListReadReceiptsOptions) *runtime.Pager[Page[mapping.ReadReceipt]] {
	if opts == nil {
		opts = &ListReadReceiptsOptions{}
	}
	r := inThread(limits.ListReadReceipts, http.MethodGet, as, thread, "/readReceipts")
	r.query = listQuery(opts.PageSize, opts.Skip, time.Time{})
	return newPager(c.client, r, wireReceipt.noun)
}

type wireReceipt struct {
	Sender  *identifier           `json:"senderCommunicationIdentifier"`
	Message mapping.ChatMessageID `json:"chatMessageId"`
	ReadOn  moment                `json:"readOn"`
}

func (w wireReceipt) noun() mapping.ReadReceipt {
	return mapping.ReadReceipt{User: w.Sender.user(), Message: w.Message, ReadOn: w.ReadOn.Time}
}
