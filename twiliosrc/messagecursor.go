package twiliosrc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A messageCursor goes through the messages of one conversation. Whoever takes them
// may wait long over each, and tens of thousands do so at once: what a listing knows
// stands in its cursor, which is small, and nothing of it on the stack below them.
type messageCursor interface {
	// next returns the next message, and io.EOF behind the last one. An error of one
	// message does not keep it from going on; behind all others comes io.EOF.
	next(context.Context) (*mapping.Message, error)
	// close gives back what the cursor holds.
	close()
}

// messageDetails know of messages what the list of them does not say.
type messageDetails interface {
	// ChannelMetadata is nil where there is none.
	ChannelMetadata(context.Context, mapping.Conversation, mapping.Message) (json.RawMessage, error)
	category(context.Context, mapping.Conversation, mapping.Media) (string, error)
}

// messages yields what open's cursor comes to, completed by src.
func messages(ctx context.Context, src messageDetails, c mapping.Conversation, open func() messageCursor) iter.Seq2[mapping.Message, error] {
	return func(yield func(mapping.Message, error) bool) {
		r := messageReading{cursor: open(), src: src, conversation: &c}
		defer r.cursor.close()
		for r.next(ctx) {
			if !yield(*r.message, r.err) {
				return
			}
		}
	}
}

// messageReading goes through messages and completes them.
type messageReading struct {
	cursor       messageCursor
	src          messageDetails
	conversation *mapping.Conversation

	message *mapping.Message // the last one that was read, empty where there is no more than an error
	err     error
}

// next reads the next message. It reports false behind the last one.
func (r *messageReading) next(ctx context.Context) bool {
	r.message, r.err = r.cursor.next(ctx)
	if r.err == nil {
		r.err = complete(ctx, r.src, *r.conversation, r.message)
	}
	if r.message == nil {
		r.message = new(mapping.Message)
	}
	return !errors.Is(r.err, io.EOF)
}

// complete adds to m what the list does not say. It leaves what it learned in m when
// it returns an error.
func complete(ctx context.Context, src messageDetails, c mapping.Conversation, m *mapping.Message) error {
	if err := categorize(ctx, src, c, m.Media); err != nil {
		return err
	}
	if !isBare(*m) {
		return nil
	}
	var err error
	m.ChannelMetadata, err = src.ChannelMetadata(ctx, c, *m)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // the message was deleted meanwhile, which might as well have been a little later
	case err != nil:
		return fmt.Errorf("message %s: %w", m.SID, err)
	case m.ChannelMetadata == nil:
		m.ChannelMetadata = noMetadata
	}
	return nil
}
