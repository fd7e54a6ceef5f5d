package twiliosrc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Listing names a list of recorded resources: all of a kind, or those of one
// service or of one conversation.
type Listing struct {
	Kind Kind
	// Service narrows users, roles and conversations; empty for all services.
	Service mapping.ServiceSID
	// Conversation is whose participants or messages are listed, and must be
	// set for them. Webhooks and receipts may be listed without it.
	Conversation mapping.ConversationSID
	// Message is whose receipts or channel metadata are listed, one of Conversation;
	// empty for all.
	Message mapping.MessageSID
}

// Record is a recorded resource, not decoded.
type Record struct {
	Raw json.RawMessage
	// Start and End are the places before and after the resource, from which
	// its listing can be read on in either direction.
	Start, End int64
}

// Records reads a listing forward from a place; 0 is its beginning. It is for
// serving a snapshot: a resource need only be JSON and stand where it belongs.
func (s *Snapshot) Records(ctx context.Context, l Listing, from int64) iter.Seq2[Record, error] {
	return s.records(l, func(p part) iter.Seq2[line, error] {
		p.start = min(max(p.start, from), p.end)
		return p.lines(ctx)
	}, false)
}

// RecordsBefore reads a listing backward from a place to its beginning.
func (s *Snapshot) RecordsBefore(ctx context.Context, l Listing, before int64) iter.Seq2[Record, error] {
	return s.records(l, func(p part) iter.Seq2[line, error] {
		p.end = max(min(p.end, before), p.start)
		return p.linesBackward(ctx)
	}, true)
}

func (s *Snapshot) records(l Listing, read func(part) iter.Seq2[line, error], backward bool) iter.Seq2[Record, error] {
	parts, err := s.parts(l)
	if err != nil {
		return nothing[Record](fmt.Errorf("list %s: %w", l.Kind, err))
	}
	if backward {
		slices.Reverse(parts)
	}
	return func(yield func(Record, error) bool) {
		for _, p := range parts {
			for ln, err := range read(p) {
				if err != nil {
					yield(Record{}, err)
					return
				}
				r, err := s.record(l, p, ln)
				if !errors.Is(err, errNotAsked) && !yield(r, err) {
					return
				}
			}
		}
	}
}

// parts are the stretches of files in which a listing stands.
func (s *Snapshot) parts(l Listing) ([]part, error) {
	f := s.files[l.Kind]
	if l.Kind == KindUsers {
		var err error
		if f, err = s.users(); err != nil {
			return nil, err
		}
	}
	if f == nil {
		return nil, nil
	}
	if l.Conversation != "" && slices.Contains(ownedKinds, l.Kind) {
		return s.ownedParts(l)
	}
	if l.Kind != KindParticipants && l.Kind != KindMessages {
		return []part{{f, f.whole()}}, nil
	}
	e, err := s.entry(l.Conversation)
	if err != nil {
		return nil, err
	}
	if l.Kind == KindMessages {
		return []part{{f, e.messages}}, s.checkTogether(e)
	}
	var parts []part
	for _, run := range e.participants {
		parts = append(parts, part{f, run})
	}
	return parts, nil
}

// record reads a line of p. The error is errNotAsked for one that is not part
// of l, or that is damaged and to be left out.
func (s *Snapshot) record(l Listing, p part, ln line) (Record, error) {
	r := Record{Start: ln.start, End: ln.end}
	err := ln.err
	if err == nil {
		r.Raw, err = compact(ln.text)
	}
	if err == nil && l.Conversation != "" {
		err = checkOwner(l.Conversation, mapping.ConversationSID(stringField(ln.text, "conversation_sid")))
	}
	if err != nil {
		d := &mapping.DamagedError{Place: p.file.place(p.lineNumber(ln.start)), Conversation: l.Conversation, Err: err}
		if s.damage.leaveOut(d, 1) {
			return r, errNotAsked
		}
		return r, d
	}
	if l.Service != "" && l.Service != s.serviceOf(ln.text) {
		return r, errNotAsked
	}
	return r, nil
}

// serviceOf is the service of a resource; one that names none is of the default
// service.
func (s *Snapshot) serviceOf(text []byte) mapping.ServiceSID {
	if sid := stringField(text, "chat_service_sid"); sid != nil {
		return mapping.ServiceSID(sid)
	}
	return s.manifest.DefaultServiceSID
}

// Find returns the first resource of a listing whose field, such as "sid", has
// this value. If there is none the error is fs.ErrNotExist to errors.Is.
func (s *Snapshot) Find(ctx context.Context, l Listing, field, value string) (json.RawMessage, error) {
	if l.Kind == KindConversations && field == "sid" {
		return s.findConversation(ctx, l, value)
	}
	parts, err := s.parts(l)
	if err != nil {
		return nil, fmt.Errorf("find in %s: %w", l.Kind, err)
	}
	for _, p := range parts {
		for ln, err := range p.lines(ctx) {
			if err != nil {
				return nil, err
			}
			if !hasField(ln.text, field, value) {
				continue
			}
			if r, err := s.record(l, p, ln); !errors.Is(err, errNotAsked) {
				return r.Raw, err
			}
		}
	}
	return nil, fmt.Errorf("find in %s: %w", l.Kind, fs.ErrNotExist)
}

// findConversation reads the line of a conversation without passing the others.
func (s *Snapshot) findConversation(ctx context.Context, l Listing, sid string) (json.RawMessage, error) {
	e, err := s.entry(mapping.ConversationSID(sid))
	if err != nil {
		return nil, err
	}
	p := part{s.files[KindConversations], e.own}
	for ln, err := range p.lines(ctx) {
		if err != nil {
			return nil, err
		}
		r, err := s.record(l, p, ln)
		if errors.Is(err, errNotAsked) {
			break
		}
		return r.Raw, err
	}
	return nil, fmt.Errorf("find in %s: %w", l.Kind, fs.ErrNotExist)
}

// hasField reports whether a string field of the resource in text is value.
func hasField(text []byte, name, value string) bool {
	v := field(text, name)
	if !bytes.Contains(v, []byte{'\\'}) {
		return len(v) >= 2 && v[0] == '"' && string(v[1:len(v)-1]) == value
	}
	var decoded string
	return json.Unmarshal(v, &decoded) == nil && decoded == value
}
