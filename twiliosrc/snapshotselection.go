package twiliosrc

import (
	"context"
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// selectedConversations are those of the selection.
func (s *Snapshot) selectedConversations(ctx context.Context) iter.Seq2[mapping.Conversation, error] {
	return func(yield func(mapping.Conversation, error) bool) {
		taking, err := s.checkSelection(ctx)
		if err != nil {
			yield(mapping.Conversation{}, err)
			return
		}
		all := func(yield func(mapping.Conversation, error) bool) {
			for c, err := range s.conversations(ctx) {
				if err == nil && taking != nil && !taking[c.SID] {
					continue
				}
				if !yield(c, err) {
					return
				}
			}
		}
		s.selection.bounded(s.selection.filter(all))(yield)
	}
}

// checkSelection finds the conversations that the selected identities take part
// in, nil if there are none selected. What is not in the snapshot is an error.
func (s *Snapshot) checkSelection(ctx context.Context) (taking map[mapping.ConversationSID]bool, err error) {
	for _, err := range s.Services(ctx) {
		if err != nil {
			return nil, wholeService(err)
		}
	}
	known := func(sid mapping.ConversationSID) bool { return s.index.bySID[sid] != nil }
	if err := unknown("conversation", s.selection.Conversations, known); err != nil {
		return nil, err
	}
	if len(s.selection.Identities) == 0 {
		return nil, nil
	}
	people := map[mapping.Identity]bool{}
	for _, identity := range s.selection.Identities {
		people[identity] = false
	}
	taking = map[mapping.ConversationSID]bool{}
	err = scanFile(ctx, s.files[KindParticipants], func(l line) {
		p, err := decodeParticipant(l.text) // listing a conversation tells of damage
		if _, asked := people[p.Identity]; asked && err == nil {
			people[p.Identity] = true
			taking[p.ConversationSID] = true
		}
	})
	if err != nil {
		return nil, err
	}
	return taking, unknown("identity", s.selection.Identities, func(i mapping.Identity) bool { return people[i] })
}

// countSelected counts the messages of the selected conversations.
func (s *Snapshot) countSelected() int64 {
	n := int64(0)
	for c, err := range s.selectedConversations(context.Background()) {
		if err == nil {
			n += s.MessageCountOf(c.SID)
		}
	}
	return n
}

// selected makes an item of a service that is not selected errNotAsked.
func (s *Snapshot) selected(service mapping.ServiceSID, err error) error {
	if err == nil && !s.selection.hasService(service) {
		return errNotAsked
	}
	return err
}
