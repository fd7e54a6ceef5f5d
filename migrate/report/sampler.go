package report

import (
	"cmp"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Sampler keeps a preview of as many conversations as fit into a few megabytes:
// first of those that cannot be carried, then of those with losses, then of the
// others. Like a Builder it is told of everything that a plan tells. Its zero value
// is ready to use.
type Sampler struct {
	now   sample
	shelf shelf
}

// sample is the conversation whose messages come in.
type sample struct {
	first, lossy, last []Sampled
}

// add takes in the next message.
func (s *sample) add(m Sampled) {
	if len(s.first) < maxPreviewEnds {
		s.first = append(s.first, m)
		return
	}
	if len(s.last) == maxPreviewEnds {
		if out := s.last[0]; len(out.Losses) > 0 && len(s.lossy) < maxPreviewLossy {
			s.lossy = append(s.lossy, out)
		}
		s.last = slices.Delete(s.last, 0, 1)
	}
	s.last = append(s.last, m)
}

// Change takes in one change.
func (s *Sampler) Change(c migrate.Change) error {
	if c.Source != nil && c.Draft != nil {
		s.now.add(sampledOf(c))
	}
	return nil
}

// Conversation takes in what a conversation comes to, after its changes.
func (s *Sampler) Conversation(c migrate.PlannedConversation) error {
	now := s.now
	s.now = sample{}
	of := c.Conversation
	p := &Preview{SID: of.SID, Messages: c.Summary.Messages.Total, Sample: slices.Concat(now.first, now.lossy, now.last)}
	p.Name, _ = cutText(cmp.Or(of.FriendlyName, of.UniqueName, string(of.SID)), maxPreviewName)
	p.Topic, _ = cutText(c.Draft.Topic, maxPreviewName)
	for i, m := range c.Draft.Members {
		if i == maxPreviewMembers {
			p.MoreMembers = len(c.Draft.Members) - i
			break
		}
		name, _ := cutText(m.DisplayName, maxPreviewName)
		p.Members = append(p.Members, name)
	}
	service := mapping.Conversation{SID: of.SID, AccountSID: of.AccountSID, ServiceSID: of.ServiceSID}
	return s.shelf.put(weigh(verbOf(c), c.Losses), service, p)
}

// Finish is what was kept. Nothing may be told any more.
func (s *Sampler) Finish() *Previews { return s.shelf.previews() }

// weight says how much a reader wants to see a conversation, the most first.
type weight int

const (
	weightStuck   weight = iota // blocked or failed
	weightMajor                 // with a major or critical loss
	weightMinor                 // with another loss
	weightChanged               // without a loss
	weightRest
	weights // how many there are
)

// weigh is the weight of a conversation with which that happens.
func weigh(verb migrate.Verb, losses map[mapping.LossCode]int) weight {
	if verb == migrate.VerbBlocked || verb == migrate.VerbFailed {
		return weightStuck
	}
	for code := range losses {
		if s := code.Info().Severity; s == mapping.SeverityCritical || s == mapping.SeverityMajor {
			return weightMajor
		}
	}
	switch {
	case len(losses) > 0:
		return weightMinor
	case verb != migrate.VerbUnchanged:
		return weightChanged
	}
	return weightRest
}
