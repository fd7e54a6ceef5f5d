package main

import (
	"context"
	"iter"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// mapped is an item of Twilio and what it became.
type mapped struct {
	Kind   string `json:"kind"`           // user, placeholder, conversation, message, participant or media
	Role   string `json:"role,omitempty"` // of a placeholder: former or keeper
	Twilio string `json:"twilio"`         // SID, identity or address; empty for the keeper
	ACS    string `json:"acs"`            // ID or URL; of a message, that of its first part

	Service      mapping.ServiceSID      `json:"service,omitempty"`
	UserSID      mapping.UserSID         `json:"userSid,omitempty"`
	DisplayName  string                  `json:"displayName,omitempty"`
	Status       mapping.Status          `json:"status,omitempty"` // of a conversation
	Conversation mapping.ConversationSID `json:"conversation,omitempty"`
	Thread       mapping.ThreadID        `json:"thread,omitempty"` // of a message
	Parts        []mapping.ChatMessageID `json:"parts,omitempty"`  // of a message, all of them
	Stub         bool                    `json:"stub,omitempty"`   // ACS refused the message: a stub stands there
	Key          string                  `json:"key,omitempty"`    // in the media store
	Size         int64                   `json:"size,omitempty"`   // in bytes
	SHA256       string                  `json:"sha256,omitempty"`

	// What only the source tells, where it is asked.
	Time        mapping.Timestamp     `json:"time,omitempty"`        // when a message was written
	ReadIndex   *int64                `json:"readIndex,omitempty"`   // the read horizon of a participant
	ReadMessage mapping.ChatMessageID `json:"readMessage,omitempty"` // the last message in ACS up to there
	Unread      *int64                `json:"unread,omitempty"`      // messages behind it, of those carried
}

// mapItems lists the items of a ledger.
type mapItems struct {
	ledger *checkpoint.Reader
	rules  mapping.Rules
	frame  bool   // leave out messages and files
	src    source // nil: nobody asked for what only it tells
}

// all yields people, then each conversation with its messages, participants and
// media.
func (e mapItems) all(ctx context.Context) iter.Seq2[mapped, error] {
	return func(yield func(mapped, error) bool) {
		if !e.people(yield) {
			return
		}
		for t, err := range e.ledger.Threads() {
			if err == nil && t.Thread == "" {
				continue
			}
			if !yield(mapped{
				Kind: "conversation", Twilio: string(t.Conversation), ACS: string(t.Thread), Service: t.Service, Status: t.Status,
			}, err) || !e.frame && (!e.messages(ctx, t, yield) || !e.media(t, yield)) {
				return
			}
		}
	}
}

// people yields who has a communication user, and who shares that of somebody else.
func (e mapItems) people(yield func(mapped, error) bool) bool {
	for p, err := range e.ledger.Persons() {
		if err == nil && (p.ID == "" || p.Key.Kind == mapping.PersonCanary) {
			continue
		}
		if !yield(mappedPerson(p), err) {
			return false
		}
	}
	decisions, err := e.ledger.Decisions()
	if err != nil {
		return yield(mapped{}, err)
	}
	for _, d := range decisions {
		if d.SameAs == (mapping.PersonKey{}) {
			continue
		}
		p, _, err := e.ledger.Person(d.SameAs)
		if err == nil && p.ID == "" {
			continue
		}
		if !yield(mapped{Kind: string(d.Key.Kind), Twilio: d.Key.Name, ACS: string(p.ID), Service: d.Key.Service, DisplayName: d.Name}, err) {
			return false
		}
	}
	return true
}

func (e mapItems) messages(ctx context.Context, t mapping.ThreadRecord, yield func(mapped, error) bool) bool {
	seen, err := e.asSeen(ctx, t)
	if err != nil {
		return yield(mapped{}, err)
	}
	defer seen.stop()
	for m, err := range e.ledger.Messages(t.Conversation) {
		item := mapped{
			Kind: "message", Twilio: string(m.SID), Conversation: t.Conversation, Thread: t.Thread, Parts: m.IDs, Stub: m.Stub,
		}
		if len(m.IDs) > 0 {
			item.ACS = string(m.IDs[0])
		}
		if err == nil {
			item.Time, err = seen.at(m)
		}
		if !yield(item, err) || err != nil {
			return false
		}
	}
	for _, item := range seen.horizons(t) {
		if !yield(item, nil) {
			return false
		}
	}
	return true
}

func (e mapItems) media(t mapping.ThreadRecord, yield func(mapped, error) bool) bool {
	for m, err := range e.ledger.MediaOf(t.Conversation) {
		if err == nil && m.Missing != "" {
			continue
		}
		if !yield(mapped{
			Kind: "media", Twilio: string(m.SID), ACS: e.rules.URL(m.Key), Conversation: t.Conversation,
			Key: m.Key, Size: m.Size, SHA256: m.SHA256,
		}, err) {
			return false
		}
	}
	return true
}

// mappedPerson is a user who can sign in, or a placeholder for somebody who
// cannot: behind an address, gone, or the keeper, which stands for nobody.
func mappedPerson(p mapping.PersonRecord) mapped {
	item := mapped{
		Kind: string(p.Key.Kind), Twilio: p.Key.Name, ACS: string(p.ID),
		Service: p.Key.Service, UserSID: p.UserSID, DisplayName: p.DisplayName,
	}
	if p.Key.Kind == mapping.PersonFormer || p.Key.Kind == mapping.PersonKeeper {
		item.Kind, item.Role = string(mapping.PersonPlaceholder), string(p.Key.Kind)
	}
	return item
}
