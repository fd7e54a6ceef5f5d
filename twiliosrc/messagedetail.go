package twiliosrc

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// detailSource reads what a message does not say itself.
type detailSource interface {
	Receipts(context.Context, mapping.Conversation, mapping.Message) iter.Seq2[json.RawMessage, error]
	ChannelMetadata(context.Context, mapping.Conversation, mapping.Message) (json.RawMessage, error)
}

// noMetadata is the ChannelMetadata of a message that could have some and has
// none.
var noMetadata = json.RawMessage("null")

// detailed adds to messages what their channel says of them, where they say
// nothing themselves, and their receipts if they are asked for.
func detailed(ctx context.Context, src detailSource, c mapping.Conversation, messages iter.Seq2[mapping.Message, error], receipts bool) iter.Seq2[mapping.Message, error] {
	return func(yield func(mapping.Message, error) bool) {
		for m, err := range messages {
			var own error
			if err == nil {
				own = detail(ctx, src, c, &m, receipts)
			}
			if !yield(m, cmp.Or(err, own)) || own != nil && !isDamage(own) {
				return
			}
		}
	}
}

// detail fills in what m does not say itself. What is not there any more because
// the message was deleted meanwhile is no error: whoever carries it will notice.
func detail(ctx context.Context, src detailSource, c mapping.Conversation, m *mapping.Message, receipts bool) error {
	if isBare(*m) {
		metadata, err := src.ChannelMetadata(ctx, c, *m)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("message %s: %w", m.SID, err)
		}
		if err == nil && metadata == nil {
			metadata = noMetadata
		}
		m.ChannelMetadata = metadata
	}
	if !receipts {
		return nil
	}
	for raw, err := range src.Receipts(ctx, c, *m) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("message %s: %w", m.SID, err)
		}
		m.Receipts = append(m.Receipts, raw)
	}
	return nil
}

func isDamage(err error) bool { return errors.As(err, new(*mapping.DamagedError)) }
