package twiliosrc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

func decodeConversation(text []byte) (mapping.Conversation, error) {
	var c mapping.Conversation
	raw, err := decode(text, &c)
	if err != nil {
		return c, err
	}
	c.Raw = raw
	return c, checkSID(prefixConversation, "sid", c.SID)
}

// Conversations lists those of all services that are selected, in the order in
// which they were recorded. Last come errors for conversations that have
// participants or messages but no line of their own.
func (s *Snapshot) Conversations(ctx context.Context) iter.Seq2[mapping.Conversation, error] {
	if s.selection.IsAll() {
		return s.conversations(ctx)
	}
	return s.selectedConversations(ctx)
}

func (s *Snapshot) conversations(ctx context.Context) iter.Seq2[mapping.Conversation, error] {
	f := s.files[KindConversations]
	listed := items(ctx, &s.damage, part{f, f.whole()}, conversationOf, s.readConversation)
	return func(yield func(mapping.Conversation, error) bool) {
		for c, err := range listed {
			if !yield(c, err) {
				return
			}
		}
		for e := range s.homeless() {
			if !s.damage.leaveOut(e, 1) && !yield(mapping.Conversation{}, e) {
				return
			}
		}
	}
}

// conversationOf is the SID of a conversation resource, or the first one in it
// if that cannot be told.
func conversationOf(text []byte) mapping.ConversationSID {
	if sid := stringField(text, "sid"); validSID(prefixConversation, string(sid)) {
		return mapping.ConversationSID(sid)
	}
	for sid := range conversationSIDs(text) {
		return sid
	}
	return ""
}

// readConversation reads a line. A conversation on several lines is damaged as
// a whole, because none of them is more right than the others; only when
// damage is skipped the first one is taken.
func (s *Snapshot) readConversation(l line) (mapping.Conversation, error) {
	c, err := decodeConversation(l.text)
	if err != nil {
		return c, err
	}
	c.ServiceSID = cmp.Or(c.ServiceSID, s.manifest.DefaultServiceSID)
	switch own := s.index.bySID[c.SID].own; {
	case own.count == 1 || own.line == l.number && s.damage.skip:
		return c, nil
	case own.line == l.number:
		return c, errNotAsked
	default:
		return c, fmt.Errorf("conversation stands on line %d already", own.line)
	}
}

// homeless yields the conversations that conversations.jsonl does not have, and
// lines that belong to none.
func (s *Snapshot) homeless() iter.Seq[*mapping.DamagedError] {
	return func(yield func(*mapping.DamagedError) bool) {
		for _, e := range s.index.order {
			if e.known() {
				continue
			}
			place := fmt.Sprintf("%s:%d", e.foundIn, e.foundAt)
			err := fmt.Errorf("conversation is not in %s", KindConversations.file())
			if !yield(&mapping.DamagedError{Place: place, Conversation: e.sid, Err: err}) {
				return
			}
		}
		for _, stray := range s.index.strays {
			place := fmt.Sprintf("%s:%d", stray.file, stray.line)
			if !yield(&mapping.DamagedError{Place: place, Err: errors.New("line names no conversation")}) {
				return
			}
		}
	}
}

// entry finds the lines of a conversation.
func (s *Snapshot) entry(sid mapping.ConversationSID) (*entry, error) {
	if e := s.index.bySID[sid]; e != nil && e.known() {
		return e, nil
	}
	return nil, fmt.Errorf("find conversation %.40q in snapshot: %w", string(sid), fs.ErrNotExist)
}
