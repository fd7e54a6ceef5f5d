package twiliosrc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// decodeMessage insists on an index: without it the message would silently
// stand at the beginning. The message is never nil: with an error it is what could be
// read of it.
func decodeMessage(text []byte) (*mapping.Message, error) {
	var m struct {
		mapping.Message
		Index *int64 `json:"index"`
	}
	raw, err := decode(text, &m)
	if err != nil {
		return &m.Message, err
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
	return &m.Message, errors.Join(
		checkSID(prefixMessage, "sid", m.SID),
		checkSID(prefixConversation, "conversation_sid", m.ConversationSID),
		err,
	)
}

// Messages lists those of one conversation whose index is above after,
// ascending by index. Messages that do not stand with the others, or not in
// order, are damaged.
func (s *Snapshot) Messages(ctx context.Context, c mapping.Conversation, after int64) iter.Seq2[mapping.Message, error] {
	return messages(ctx, func() *messageReading { return s.reading(c, after) })
}

// PullMessages is Messages for whoever takes them one by one. Behind the last one next
// returns io.EOF; stop must be called in the end. Reading ahead costs nothing here,
// however many are expected.
func (s *Snapshot) PullMessages(c mapping.Conversation, after int64, _ int) (next func(context.Context) (*mapping.Message, error), stop func()) {
	r := s.reading(c, after)
	return r.pull, r.close
}

func (s *Snapshot) reading(c mapping.Conversation, after int64) *messageReading {
	return &messageReading{s.cursor(c, after), s, c}
}

func (s *Snapshot) cursor(c mapping.Conversation, after int64) messageCursor {
	e, err := s.entry(c.SID)
	if err != nil {
		return &failedCursor{fmt.Errorf("list messages: %w", err)}
	}
	p := part{s.files[KindMessages], e.messages}
	return &recordedMessages{
		snapshot: s, entry: e, part: p, lines: readLines(p.file.at, p.stretch),
		read: messageReader{conversation: c.SID, after: after, last: -1, unit: "line"},
	}
}

// recordedMessages goes through the messages of one conversation of a snapshot.
type recordedMessages struct {
	snapshot *Snapshot
	entry    *entry
	part     part
	lines    lineReader
	read     messageReader
	checked  bool // that they stand together
	ended    bool // by an error
}

func (r *recordedMessages) next(ctx context.Context) (*mapping.Message, error) {
	if !r.checked {
		r.checked = true
		if err := r.snapshot.checkTogether(r.entry); err != nil {
			return nil, err
		}
	}
	for !r.ended {
		l, err := r.part.next(ctx, &r.lines)
		if err != nil {
			r.ended = true
			return nil, err
		}
		m, err := item(&r.snapshot.damage, r.part.file, l, of(r.entry.sid), func(l line) (*mapping.Message, error) {
			return r.read.read(l.text, l.number)
		})
		if !errors.Is(err, errNotAsked) {
			return m, err
		}
	}
	return nil, io.EOF
}

func (r *recordedMessages) rest()  { r.lines.rest() }
func (r *recordedMessages) close() { r.lines.rest() }

// checkTogether refuses messages that do not stand with the others of their
// conversation.
func (s *Snapshot) checkTogether(e *entry) error {
	if e.apart.count == 0 {
		return nil
	}
	d := &mapping.DamagedError{
		Place:        s.files[KindMessages].place(e.apart.line),
		Conversation: e.sid,
		Err:          fmt.Errorf("messages stand apart from those that begin on line %d", e.messages.line),
	}
	if s.damage.leaveOut(d, e.apart.count) {
		return nil
	}
	return d
}

// messageReader reads the messages of one conversation in order.
type messageReader struct {
	conversation mapping.ConversationSID
	after        int64
	last         int64 // index of the last message, -1 before the first
	lastNumber   int64
	unit         string // what numbers count
}

// read decodes a message and checks that it comes after the one before. Number
// is its place in the list.
func (r *messageReader) read(text []byte, number int64) (*mapping.Message, error) {
	if index, ok := r.passes(text); ok {
		r.last, r.lastNumber = index, number
		return nil, errNotAsked
	}
	m, err := decodeMessage(text)
	if err != nil {
		return nil, err
	}
	if err := checkOwner(r.conversation, m.ConversationSID); err != nil {
		return nil, err
	}
	if m.Index <= r.last {
		return nil, fmt.Errorf("index %d comes after index %d of %s %d", m.Index, r.last, r.unit, r.lastNumber)
	}
	r.last, r.lastNumber = m.Index, number
	if m.Index <= r.after {
		return nil, errNotAsked
	}
	return m, nil
}

// passes reports whether a message need not be decoded, because its index is
// not above after.
func (r *messageReader) passes(text []byte) (index int64, ok bool) {
	if r.after < 0 || string(stringField(text, "conversation_sid")) != string(r.conversation) {
		return 0, false
	}
	index, err := strconv.ParseInt(string(field(text, "index")), 10, 64)
	return index, err == nil && index > r.last && index <= r.after
}
