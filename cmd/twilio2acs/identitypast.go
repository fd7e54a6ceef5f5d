package main

import (
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/identities"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// past is what a ledger knows of people. It satisfies identities.Past, and grows
// with the people.
type past struct {
	*checkpoint.Reader
	decisions *mapping.Decisions
	created   map[mapping.CommunicationUserID]mapping.PersonKey // by this program
	resource  string
	inThreads map[mapping.CommunicationUserID]bool // who is or was in a thread
	begun     map[mapping.ServiceSID]bool          // services of which something may have been written
}

func readPast(ledger *checkpoint.Reader) (*past, error) {
	list, err := ledger.Decisions()
	if err != nil {
		return nil, err
	}
	p := &past{
		Reader: ledger, decisions: mapping.NewDecisions(list),
		created:   make(map[mapping.CommunicationUserID]mapping.PersonKey),
		inThreads: make(map[mapping.CommunicationUserID]bool), begun: make(map[mapping.ServiceSID]bool),
	}
	for rec, err := range ledger.Persons() {
		if err != nil {
			return nil, err
		}
		if rec.ID != "" && !rec.Adopted {
			p.created[rec.ID] = rec.Key
			p.resource = identities.ResourceOf(rec.ID)
		}
	}
	for rec, err := range ledger.Threads() {
		if err != nil {
			return nil, err
		}
		p.note(rec)
	}
	return p, nil
}

// note notes who is or may be in a thread.
func (p *past) note(rec mapping.ThreadRecord) {
	if rec.CreationKey == "" && rec.Thread == "" {
		return
	}
	p.begun[rec.Service] = true
	p.inThreads[rec.CreatorID], p.inThreads[rec.Actor] = true, true
	for _, m := range rec.Members {
		p.inThreads[m.ID] = true
	}
	for _, id := range rec.Temporary {
		p.inThreads[id] = true
	}
	if rec.Request != nil {
		for _, m := range rec.Request.Participants {
			p.inThreads[m.User] = true
		}
	}
}

// Holder implements identities.Past.
func (p *past) Holder(user mapping.CommunicationUserID) (mapping.PersonKey, bool) {
	key, known := p.created[user]
	return key, known
}

// Resource implements identities.Past.
func (p *past) Resource() string { return p.resource }

// Written implements identities.Past. Where it cannot tell, something has been.
func (p *past) Written(key mapping.PersonKey, was mapping.Decision) (bool, error) {
	if was.Action == mapping.ActionDrop && p.begun[key.Service] {
		return true, nil // lines that say so may stand in the place of their messages
	}
	keys := []mapping.PersonKey{p.decisions.Became(key)}
	if key.Kind == mapping.PersonAuthor {
		keys = append(keys, mapping.Keeper)
	}
	for _, key.Kind = range []mapping.PersonKind{mapping.PersonUser, mapping.PersonPlaceholder, mapping.PersonFormer} {
		keys = append(keys, key, p.decisions.Became(key))
	}
	for _, k := range keys {
		rec, _, err := p.Person(k)
		if err != nil {
			return false, err
		}
		if rec.ID != "" && (!rec.Adopted || p.inThreads[rec.ID]) || !rec.BegunAt.IsZero() {
			return true, nil
		}
	}
	return false, nil
}
