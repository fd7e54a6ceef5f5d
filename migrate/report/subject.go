package report

import (
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// subject is the conversation whose changes come in.
type subject struct {
	fidelity mapping.Fidelity
	bytes    int64
	last     mapping.Timestamp // of the messages so far
	updated  bool              // the thread itself changes
	renamed  bool
	sent     int64 // parts
	edited   int64 // parts
	senders  map[mapping.PersonKey]bool
	// passing are senders who are members only while the history is written.
	passing map[mapping.PersonKey]bool
}

func newSubject() *subject {
	return &subject{senders: make(map[mapping.PersonKey]bool), passing: make(map[mapping.PersonKey]bool)}
}

// send takes in a message of so many parts that is to be sent.
func (s *subject) send(by mapping.Sender, parts int64) {
	s.sent += parts
	s.senders[by.Key] = true
	if by.Temporary {
		s.passing[by.Key] = true
	}
}

// maxPerCall is how many members one call takes (learn.microsoft.com, service
// limits, Chat).
const maxPerCall = 200

func calls(members int64) int64 { return (members + maxPerCall - 1) / maxPerCall }

// carry adds up what a run has to do for the conversation, and what that sets off.
func (s *subject) carry(b *Builder, c migrate.PlannedConversation) {
	do, members := b.work.requests, int64(len(c.Draft.Members))
	delete(s.passing, c.Creator) // the keeper stays where it creates the thread
	adds, added, removed := s.join(c)
	if c.Before.Thread == "" {
		do[limits.CreateThread]++
		b.work.creators[c.Creator]++
		b.people.act(c.Creator)
		b.events.note(eventCreated, eventCreatedWithUser, 1, members)
		b.events.system += 2 // who was added, and the topic
	}
	if s.updated {
		do[limits.UpdateThread]++
		b.events.note(eventUpdated, eventUpdatedPerUser, 1, members)
	}
	if s.renamed {
		b.events.system++
	}
	do[limits.AddParticipants] += adds
	do[limits.RemoveParticipant] += removed
	do[limits.SendMessage] += s.sent
	do[limits.UpdateMessage] += s.edited
	b.events.system += adds + removed
	b.events.note(eventAdded, eventAddedWithUser, added, members)
	b.events.note(eventRemoved, eventRemovedWithUser, removed, members)
	b.events.note(eventReceivedInThread, eventReceived, s.sent, members)
	b.events.note(eventEditedInThread, eventEdited, s.edited, members)
	s.read(b, c)
}

// join counts the calls that add members, who is added by them, and who is taken
// out again. A thread is created with those who write in it; the others join last.
func (s *subject) join(c migrate.PlannedConversation) (adds, added, removed int64) {
	passing := int64(len(s.passing))
	if c.Before.Thread != "" {
		p := c.Summary.Participants
		return calls(p.Created) + passing, p.Created + passing, p.Deleted + passing
	}
	var first, silent int64
	for _, m := range c.Draft.Members {
		if s.senders[m.Key] || m.Key == c.Creator {
			first++
		} else {
			silent++
		}
	}
	later := max(0, first-maxPerCall)
	return calls(later) + calls(silent) + passing, later + silent + passing, passing
}

// read counts the read receipts.
func (s *subject) read(b *Builder, c migrate.PlannedConversation) {
	if len(c.Draft.Members) > mapping.MaxReceiptMembers || c.Summary.Messages.Total == 0 {
		return
	}
	sent := make(map[mapping.PersonKey]int64, len(c.Before.Members))
	for _, rec := range c.Before.Members {
		sent[rec.Key] = rec.Read
	}
	for _, m := range c.Draft.Members {
		if to := m.Participant.LastReadMessageIndex; to != nil && m.Participant.IsChat() && *to+1 > sent[m.Key] {
			b.work.requests[limits.SendReadReceipt]++
			b.people.act(m.Key)
		}
	}
}
