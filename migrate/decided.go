package migrate

import (
	"context"
	"encoding/json"
	"iter"
	"sync"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A decidedSource is a source in which nothing is left of people whom somebody has
// decided to erase: the engine never gets to know them, and so nothing of them can
// reach ACS, the media store or the ledger. The contents of files are not looked
// into.
type decidedSource struct {
	Twilio
	people *mapping.Decisions

	mu sync.Mutex
	// erased are those of the participants met so far, for their messages: an author
	// may have signed with another name.
	erased map[mapping.ParticipantSID]mapping.Decision
}

// decide applies what has been decided about people: it is the source as it may be
// known, and the rules by which its people are told apart.
func decide(src Twilio, ledger LedgerReader, rules mapping.Rules) (Twilio, mapping.Rules, error) {
	decisions, err := ledger.Decisions()
	if err != nil {
		return nil, rules, ledgerFailure(err)
	}
	rules.People = mapping.NewDecisions(decisions)
	if !rules.People.Erases() {
		return src, rules, nil
	}
	return &decidedSource{Twilio: src, people: rules.People, erased: make(map[mapping.ParticipantSID]mapping.Decision)}, rules, nil
}

// facet is what some sources can do beside the usual, in whatever way src is seen.
func facet[T any](src any) (T, bool) {
	if d, ok := src.(*decidedSource); ok {
		src = d.Twilio
	}
	can, ok := src.(T)
	return can, ok
}

// Conversations implements Source.
func (s *decidedSource) Conversations(ctx context.Context) iter.Seq2[mapping.Conversation, error] {
	return each(s.Twilio.Conversations(ctx), s.people.Conversation)
}

// FetchConversation implements ItemSource.
func (s *decidedSource) FetchConversation(ctx context.Context, service mapping.ServiceSID, sid mapping.ConversationSID) (mapping.Conversation, error) {
	c, err := s.Twilio.FetchConversation(ctx, service, sid)
	return s.people.Conversation(c), err
}

// Participants implements Source.
func (s *decidedSource) Participants(ctx context.Context, c mapping.Conversation) iter.Seq2[mapping.Participant, error] {
	return each(s.Twilio.Participants(ctx, c), func(p mapping.Participant) mapping.Participant {
		return s.participant(c, p)
	})
}

func (s *decidedSource) participant(c mapping.Conversation, p mapping.Participant) mapping.Participant {
	known, decision := s.people.Participant(c.ServiceSID, p)
	if known.Erased != "" {
		s.mu.Lock()
		s.erased[p.SID] = decision
		s.mu.Unlock()
	}
	return known
}

// Messages implements Source.
func (s *decidedSource) Messages(ctx context.Context, c mapping.Conversation, after int64) iter.Seq2[mapping.Message, error] {
	return each(s.Twilio.Messages(ctx, c, after), func(m mapping.Message) mapping.Message { return s.message(c, m) })
}

// PullMessages implements Source.
func (s *decidedSource) PullMessages(c mapping.Conversation, after int64, expected int) (next func(context.Context) (*mapping.Message, error), stop func()) {
	known, stop := s.Twilio.PullMessages(c, after, expected)
	return func(ctx context.Context) (*mapping.Message, error) {
		m, err := known(ctx)
		if err == nil {
			*m = s.message(c, *m)
		}
		return m, err
	}, stop
}

// FetchMessage implements ItemSource.
func (s *decidedSource) FetchMessage(ctx context.Context, c mapping.Conversation, sid mapping.MessageSID) (mapping.Message, error) {
	m, err := s.Twilio.FetchMessage(ctx, c, sid)
	return s.message(c, m), err
}

func (s *decidedSource) message(c mapping.Conversation, m mapping.Message) mapping.Message {
	s.mu.Lock()
	decision := s.erased[m.ParticipantSID]
	s.mu.Unlock()
	return s.people.Message(c.ServiceSID, m, decision)
}

// Users implements DirectorySource.
func (s *decidedSource) Users(ctx context.Context) iter.Seq2[mapping.User, error] {
	return func(yield func(mapping.User, error) bool) {
		for u, err := range s.Twilio.Users(ctx) {
			known, stays := s.people.User(u)
			if err == nil && !stays {
				continue
			}
			if !yield(known, err) {
				return
			}
		}
	}
}

// Receipts implements ReceiptSource where the source does; else it lists none.
func (s *decidedSource) Receipts(ctx context.Context, c mapping.Conversation, m mapping.Message) iter.Seq2[json.RawMessage, error] {
	receipts, ok := facet[ReceiptSource](s)
	if !ok || m.Erased != "" {
		return func(func(json.RawMessage, error) bool) {}
	}
	return each(receipts.Receipts(ctx, c, m), s.people.Resource)
}

// each is list with every item as f makes it.
func each[T any](list iter.Seq2[T, error], f func(T) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range list {
			if err == nil {
				item = f(item)
			}
			if !yield(item, err) {
				return
			}
		}
	}
}
