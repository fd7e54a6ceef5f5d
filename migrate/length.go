package migrate

import (
	"context"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A LengthSource tells with one request how far a conversation reaches: the
// index of its newest message, -1 for none.
type LengthSource interface {
	NewestIndex(context.Context, mapping.Conversation) (int64, error)
}

// lengthOf finds out how many messages of c are left to send; nil when nobody
// needs to know. That it cannot be found out is no reason to stop: it only
// decides who is first.
func (b *beginning) lengthOf(c mapping.Conversation) func(context.Context) int64 {
	if b.opts.Order == OrderListed {
		return nil
	}
	rec, _, err := b.records.Thread(c.SID)
	if err != nil || rec.Status == mapping.StatusDone {
		return nil
	}
	progress, err := b.records.Progress(c.SID)
	if err != nil {
		return nil
	}
	if src, ok := facet[Counter](b.src); ok {
		return func(context.Context) int64 { return src.MessageCountOf(c.SID) - progress.Messages }
	}
	if src, ok := facet[LengthSource](b.src); ok {
		return func(ctx context.Context) int64 {
			newest, err := src.NewestIndex(ctx, c)
			if err != nil {
				b.log.Debug("the length of a conversation is not known", "conversation", c.SID, "error", err)
				return 0
			}
			return newest + 1 - progress.Messages
		}
	}
	return nil
}
