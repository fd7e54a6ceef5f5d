package main

import (
	"context"
	"iter"
	"slices"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// finder looks for an item in a ledger.
type finder struct {
	ctx    context.Context
	ledger *checkpoint.Reader
	rules  mapping.Rules
	item   string
	only   mapping.ConversationSID // empty for all
	found  *explanation
}

// find looks where it costs least first. Only messages, of which there may be
// millions, are looked through one by one.
func (f *finder) find() error {
	for _, look := range []func() error{f.findPeople, f.findInThreads, f.findMessages, f.findAttempts} {
		if err := look(); err != nil || len(f.found.Found) > 0 {
			return err
		}
	}
	return nil
}

// threads lists the records of the conversations to look in.
func (f *finder) threads() iter.Seq2[mapping.ThreadRecord, error] {
	return func(yield func(mapping.ThreadRecord, error) bool) {
		if f.only != "" {
			rec, found, err := f.ledger.Thread(f.only)
			if found || err != nil {
				yield(rec, err)
			}
			return
		}
		for rec, err := range f.ledger.Threads() {
			if err == nil {
				err = context.Cause(f.ctx)
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// findPeople finds those who have the item as their identity, SID or ID.
func (f *finder) findPeople() error {
	for p, err := range f.ledger.Persons() {
		if err != nil {
			return err
		}
		if !slices.Contains([]string{string(p.ID), string(p.Deleting), string(p.UserSID), p.Key.Name}, f.item) {
			continue
		}
		x, err := f.person(p)
		if err != nil {
			return err
		}
		f.found.add(x)
	}
	return nil
}

// findInThreads finds conversations, threads, participants and files.
func (f *finder) findInThreads() error {
	for rec, err := range f.threads() {
		if err != nil {
			return err
		}
		if f.item == string(rec.Conversation) || f.item == string(rec.Thread) {
			x, err := f.conversation(rec)
			if err != nil {
				return err
			}
			f.found.add(x)
		}
		for _, m := range rec.Members {
			if m.Metadata[mapping.KeyParticipantSID] == f.item {
				f.found.add(f.participant(rec, m))
			}
		}
		file, found, err := f.ledger.Media(rec.Conversation, mapping.MediaSID(f.item))
		if err != nil {
			return err
		}
		if found {
			f.found.add(f.media(rec, file))
		}
	}
	return nil
}

// findMessages finds messages by SID or ID. A SID is unique: nothing is looked for
// behind it.
func (f *finder) findMessages() error {
	for rec, err := range f.threads() {
		if err != nil {
			return err
		}
		for m, err := range f.ledger.Messages(rec.Conversation) {
			if err == nil {
				err = context.Cause(f.ctx)
			}
			if err != nil {
				return err
			}
			bySID := f.item == string(m.SID)
			if !bySID && !slices.Contains(m.IDs, mapping.ChatMessageID(f.item)) {
				continue
			}
			x, err := f.message(rec, m)
			if err != nil {
				return err
			}
			f.found.add(x)
			if bySID {
				return nil
			}
		}
		if slices.Contains(rec.Dropped, mapping.ChatMessageID(f.item)) {
			f.found.add(f.dropped(rec))
		}
	}
	return nil
}

// findAttempts finds a message that is not carried over yet, but was tried.
func (f *finder) findAttempts() error {
	attempts, err := f.attempts()
	if err != nil || len(attempts) == 0 {
		return err
	}
	rec, _, err := f.ledger.Thread(attempts[len(attempts)-1].Thread)
	if err != nil {
		return err
	}
	f.found.add(explainedMessage{
		explainedHead: f.head("message", rec), SID: mapping.MessageSID(f.item), State: "not carried over",
		problem: problemOf(rec), Attempts: attempts,
	})
	return nil
}

// attempts are those of the item, oldest first: at most the twenty that the ledger
// keeps.
func (f *finder) attempts() (all []mapping.Attempt, err error) {
	for a, err := range f.ledger.Attempts(f.item) {
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}
