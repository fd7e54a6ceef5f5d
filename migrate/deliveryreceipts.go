package migrate

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A ReceiptSource lists the delivery receipts of single messages, as Twilio
// returned them. It is asked with Rules.Receipts only. The error of a message that
// is gone is fs.ErrNotExist to errors.Is.
type ReceiptSource interface {
	Receipts(context.Context, mapping.Conversation, mapping.Message) iter.Seq2[json.RawMessage, error]
}

// withReceipts is m with its delivery receipts, if the rules carry them. They cost a
// request, and are no part of what tells that a message has changed: only one that
// is to be written, or compared with what was, needs them.
func withReceipts(ctx context.Context, src Source, rules mapping.Rules, c mapping.Conversation, m mapping.Message) (mapping.Message, error) {
	receipts, ok := src.(ReceiptSource)
	if !ok || !rules.Receipts {
		return m, nil
	}
	return readReceipts(ctx, receipts, c, m)
}

func readReceipts(ctx context.Context, receipts ReceiptSource, c mapping.Conversation, m mapping.Message) (mapping.Message, error) {
	for raw, err := range receipts.Receipts(ctx, c, m) {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return m, errGone
		case err != nil:
			return m, unreadable("list delivery receipts", err)
		}
		m.Receipts = append(m.Receipts, raw)
	}
	return m, nil
}
