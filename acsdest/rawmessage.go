package acsdest

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// ListRawMessages is ListMessages with all that the service says of a message:
// attachments, and what those of the system are about. It is meant for copies that
// are to be kept.
func (c *Chat) ListRawMessages(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, opts *ListMessagesOptions) iter.Seq2[mapping.RawChatMessage, error] {
	return items(ctx, func() *runtime.Pager[Page[mapping.RawChatMessage]] {
		return newPager(c.client, messageList(as, thread, opts), wireRawMessage.noun)
	})
}

// ListRawMessages lists what arrived or changed since then, the latest change first.
func (d *Destination) ListRawMessages(ctx context.Context, as mapping.CommunicationUserID, thread mapping.ThreadID, since time.Time) iter.Seq2[mapping.RawChatMessage, error] {
	return d.chat.ListRawMessages(ctx, as, thread, &ListMessagesOptions{Since: since})
}

// wireRawMessage is a message beside what it was read from.
type wireRawMessage struct {
	wireMessage
	raw json.RawMessage
}

// UnmarshalJSON keeps what it reads, on one line.
func (w *wireRawMessage) UnmarshalJSON(text []byte) error {
	var line bytes.Buffer
	if err := json.Compact(&line, text); err != nil {
		return err
	}
	w.raw = line.Bytes()
	return json.Unmarshal(text, &w.wireMessage)
}

func (w wireRawMessage) noun() mapping.RawChatMessage {
	return mapping.RawChatMessage{ChatMessage: w.wireMessage.noun(), Raw: w.raw}
}
