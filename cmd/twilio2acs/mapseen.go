package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// seen goes along the messages of one conversation, beside the ledger: when each was
// written, and how far each participant has read. A nil seen knows nothing.
type seen struct {
	next    func() (mapping.Message, error, bool) // of the source, ascending
	end     func()
	message mapping.Message // the next one that the ledger has not come to
	more    bool

	readers []readMark // by how far they have read
	passed  int        // readers whose horizon lies below the last message
	count   int64      // messages gone past
	lastID  mapping.ChatMessageID
}

// readMark is a participant as the source has it.
type readMark struct {
	sid     mapping.ParticipantSID
	index   int64 // of the read horizon; -1 for none
	read    int64 // messages up to there
	message mapping.ChatMessageID
}

// asSeen asks the source for a conversation. One that is gone there has nothing to
// tell.
func (e mapItems) asSeen(ctx context.Context, t mapping.ThreadRecord) (*seen, error) {
	if e.src == nil {
		return nil, nil
	}
	c := mapping.Conversation{SID: t.Conversation, ServiceSID: t.Service}
	s := new(seen)
	for p, err := range e.src.Participants(ctx, c) {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, nil
		case err != nil:
			return nil, fmt.Errorf("list participants of %s: %w", c.SID, err)
		}
		r := readMark{sid: p.SID, index: -1}
		if p.LastReadMessageIndex != nil {
			r.index = *p.LastReadMessageIndex
		}
		s.readers = append(s.readers, r)
	}
	slices.SortStableFunc(s.readers, func(a, b readMark) int { return cmp.Compare(a.index, b.index) })
	s.next, s.end = iter.Pull2(e.src.Messages(ctx, c, -1))
	return s, s.advance()
}

// stop ends the listing of the source.
func (s *seen) stop() {
	if s != nil && s.end != nil {
		s.end()
	}
}

// advance goes to the next message of the source.
func (s *seen) advance() (err error) {
	s.message, err, s.more = s.next()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.more = false
		return nil
	case err != nil:
		return fmt.Errorf("list messages: %w", err)
	}
	return nil
}

// at goes past a message of the ledger, and says when it was written; nothing where
// the source does not have it any more.
func (s *seen) at(m mapping.MessageRecord) (mapping.Timestamp, error) {
	if s == nil {
		return "", nil
	}
	s.pass(m.Index)
	if len(m.IDs) > 0 && (m.Amendment == nil || !m.Amendment.Deleted) {
		s.count++
		s.lastID = m.IDs[len(m.IDs)-1]
	}
	for s.more && s.message.Index < m.Index {
		if err := s.advance(); err != nil {
			return "", err
		}
	}
	if s.more && s.message.SID == m.SID {
		return s.message.DateCreated, nil
	}
	return "", nil
}

// pass notes what those have read whose horizon lies below an index.
func (s *seen) pass(index int64) {
	for s.passed < len(s.readers) && s.readers[s.passed].index < index {
		s.readers[s.passed].read, s.readers[s.passed].message = s.count, s.lastID
		s.passed++
	}
}

// horizons are the participants who are members of the thread, once all messages
// have gone by.
func (s *seen) horizons(t mapping.ThreadRecord) []mapped {
	if s == nil {
		return nil
	}
	for ; s.passed < len(s.readers); s.passed++ {
		s.readers[s.passed].read, s.readers[s.passed].message = s.count, s.lastID
	}
	ids := make(map[mapping.ParticipantSID]mapping.CommunicationUserID, len(t.Members))
	for _, m := range t.Members {
		if !m.Left {
			ids[mapping.ParticipantSID(m.Metadata[mapping.KeyParticipantSID])] = m.ID
		}
	}
	var items []mapped
	for _, r := range s.readers {
		id, member := ids[r.sid]
		if !member {
			continue
		}
		unread := s.count - r.read
		item := mapped{
			Kind: "participant", Twilio: string(r.sid), ACS: string(id), Conversation: t.Conversation, Thread: t.Thread,
			ReadMessage: r.message, Unread: &unread,
		}
		if r.index >= 0 {
			item.ReadIndex = &r.index
		}
		items = append(items, item)
	}
	return items
}
