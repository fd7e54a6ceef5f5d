package twiliosrc

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// decodeMessage insists on an index: without it the message would silently
// stand at the beginning.
func decodeMessage(text []byte) (mapping.Message, error) {
	var m struct {
		mapping.Message
		Index *int64 `json:"index"`
	}
	raw, err := decode(text, &m)
	if err != nil {
		return m.Message, err
	}
	m.Raw = raw
	switch {
	case m.Index == nil:
		err = errors.New("index is missing")
	case *m.Index < 0:
		err = fmt.Errorf("index %d is negative", *m.Index)
	default:
		m.Message.Index = *m.Index
	}
	return m.Message, errors.Join(
		checkSID(prefixMessage, "sid", m.SID),
		checkSID(prefixConversation, "conversation_sid", m.ConversationSID),
		err,
	)
}

// Messages lists those of one conversation whose index is above after,
// ascending by index. Messages that do not stand with the others, or not in
// order, are damaged.
func (s *Snapshot) Messages(ctx context.Context, c mapping.Conversation, after int64) iter.Seq2[mapping.Message, error] {
	e, err := s.entry(c.SID)
	if err != nil {
		return nothing[mapping.Message](fmt.Errorf("list messages: %w", err))
	}
	f := s.files[KindMessages]
	return func(yield func(mapping.Message, error) bool) {
		if e.apart.count > 0 {
			err := fmt.Errorf("messages stand apart from those that begin on line %d", e.messages.line)
			d := &mapping.DamagedError{Place: f.place(e.apart.line), Conversation: c.SID, Err: err}
			if !s.damage.leaveOut(d, e.apart.count) && !yield(mapping.Message{}, d) {
				return
			}
		}
		r := messageReader{conversation: c.SID, after: after, last: -1}
		items(ctx, &s.damage, part{f, e.messages}, of(c.SID), r.read)(yield)
	}
}

// messageReader reads the messages of one conversation in order.
type messageReader struct {
	conversation mapping.ConversationSID
	after        int64
	last         int64 // index of the last message, -1 before the first
	lastLine     int64
}

func (r *messageReader) read(l line) (mapping.Message, error) {
	if r.passes(l) {
		return mapping.Message{}, errNotAsked
	}
	m, err := decodeMessage(l.text)
	if err != nil {
		return m, err
	}
	if err := checkOwner(r.conversation, m.ConversationSID); err != nil {
		return m, err
	}
	if m.Index <= r.last {
		return m, fmt.Errorf("index %d comes after index %d on line %d", m.Index, r.last, r.lastLine)
	}
	r.last, r.lastLine = m.Index, l.number
	if m.Index <= r.after {
		return m, errNotAsked
	}
	return m, nil
}

// passes reports whether l need not be decoded, because its index is not above
// after.
func (r *messageReader) passes(l line) bool {
	if r.after < 0 || string(stringField(l.text, "conversation_sid")) != string(r.conversation) {
		return false
	}
	index, err := strconv.ParseInt(string(field(l.text, "index")), 10, 64)
	if err != nil || index > r.after || index <= r.last {
		return false
	}
	r.last, r.lastLine = index, l.number
	return true
}
