package twiliosrc

import (
	"cmp"
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
	// rest gives back what can be had again, for whoever may not want the next message
	// soon.
	rest()
	// close gives back what the cursor holds.
	close()
}

// messageDetails know of messages what the list of them does not say.
type messageDetails interface {
	// ChannelMetadata is nil where there is none.
	ChannelMetadata(context.Context, mapping.Conversation, mapping.Message) (json.RawMessage, error)
	category(context.Context, mapping.Conversation, mapping.Media) (string, error)
}

// messages yields what open's reading comes to.
func messages(ctx context.Context, open func() *messageReading) iter.Seq2[mapping.Message, error] {
	return func(yield func(mapping.Message, error) bool) {
		r := open()
		defer r.close()
		for {
			m, err := r.next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			if m == nil {
				m = new(mapping.Message)
			}
			if !yield(*m, err) {
				return
			}
		}
	}
}

// messageReading goes through messages and completes them.
type messageReading struct {
	messageCursor
	src          messageDetails
	conversation mapping.Conversation
}

// next reads the next message as a cursor does. One that could not be completed comes
// with its error.
func (r *messageReading) next(ctx context.Context) (*mapping.Message, error) {
	m, err := r.messageCursor.next(ctx)
	if err == nil {
		err = complete(ctx, r.src, r.conversation, m)
	}
	return m, err
}

// pull is next for whoever may take long over each message.
func (r *messageReading) pull(ctx context.Context) (*mapping.Message, error) {
	defer r.rest()
	return r.next(ctx)
}

// failedCursor has nothing but an error.
type failedCursor struct{ err error }

func (f *failedCursor) next(context.Context) (*mapping.Message, error) {
	err := cmp.Or(f.err, io.EOF)
	f.err = nil
	return nil, err
}

func (f *failedCursor) rest()  {}
func (f *failedCursor) close() {}

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
