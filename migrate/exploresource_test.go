package migrate_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// modelSource is a Twilio account of one conversation.
type modelSource struct {
	conversation mapping.Conversation
	participants []mapping.Participant
	messages     []mapping.Message
}

const (
	modelConversation = "CH00000000000000000000000000000001"
	modelService      = "IS00000000000000000000000000000001"
)

func modelSID(prefix string, n int) string { return fmt.Sprintf("%s%032d", prefix, n) }

// modelParticipant is a chat user who has read up to horizon, -1 for nothing.
func modelParticipant(n int, identity string, horizon int64) mapping.Participant {
	p := mapping.Participant{SID: mapping.ParticipantSID(modelSID("MB", n)), Identity: mapping.Identity(identity), ConversationSID: modelConversation}
	if horizon >= 0 {
		p.LastReadMessageIndex = &horizon
	}
	return p
}

func modelMessage(index int64, author, body string) mapping.Message {
	return mapping.Message{
		SID: mapping.MessageSID(modelSID("IM", int(index))), ConversationSID: modelConversation, Index: index, Author: author, Body: body,
		DateCreated: "2024-01-01T00:00:00Z", DateUpdated: "2024-01-01T00:00:00Z",
	}
}

// firstState has a member who writes, one who only reads, an author who left,
// one who is nobody, and a message in two parts.
func firstState() *modelSource {
	left := modelMessage(1, "bob", "I am off")
	left.ParticipantSID = mapping.ParticipantSID(modelSID("MB", 9))
	return &modelSource{
		conversation: mapping.Conversation{SID: modelConversation, ServiceSID: modelService, FriendlyName: "topic", State: "active"},
		participants: []mapping.Participant{modelParticipant(1, "ana", -1), modelParticipant(2, "cy", 1)},
		messages: []mapping.Message{
			modelMessage(0, "ana", "hello"), left, modelMessage(2, "system", "somebody left"), modelMessage(3, "ana", longText),
		},
	}
}

var longText = string(slices.Repeat([]byte("long "), 3000))

// secondState is the first one after an edit, a deletion, an append, a join, a
// leave and a new topic.
func secondState() *modelSource {
	s := firstState()
	s.conversation.FriendlyName = "another topic"
	s.participants = []mapping.Participant{s.participants[0], modelParticipant(3, "dee", 4)}
	s.messages[1].Body, s.messages[1].DateUpdated = "I am off now", "2024-01-02T00:00:00Z"
	s.messages = slices.Delete(s.messages, 2, 3)
	s.messages = append(s.messages, modelMessage(4, "ana", "anybody there?"))
	return s
}

func (s *modelSource) Conversations(context.Context) iter.Seq2[mapping.Conversation, error] {
	return func(yield func(mapping.Conversation, error) bool) { yield(s.conversation, nil) }
}

func (s *modelSource) Participants(context.Context, mapping.Conversation) iter.Seq2[mapping.Participant, error] {
	return each(s.participants)
}

func (s *modelSource) Messages(_ context.Context, _ mapping.Conversation, after int64) iter.Seq2[mapping.Message, error] {
	return each(slices.DeleteFunc(slices.Clone(s.messages), func(m mapping.Message) bool { return m.Index <= after }))
}

func (s *modelSource) PullMessages(c mapping.Conversation, after int64, _ int) (func(context.Context) (*mapping.Message, error), func()) {
	next, stop := iter.Pull2(s.Messages(context.Background(), c, after))
	return func(context.Context) (*mapping.Message, error) {
		m, err, ok := next()
		if !ok {
			return nil, io.EOF
		}
		return &m, err
	}, stop
}

func (s *modelSource) Users(context.Context) iter.Seq2[mapping.User, error] {
	return each[mapping.User](nil)
}

func (s *modelSource) Roles(context.Context) iter.Seq2[mapping.Role, error] {
	return each[mapping.Role](nil)
}
func (s *modelSource) Hooks(context.Context) iter.Seq2[string, error] { return each[string](nil) }

func (s *modelSource) FetchConversation(context.Context, mapping.ServiceSID, mapping.ConversationSID) (mapping.Conversation, error) {
	return s.conversation, nil
}

func (s *modelSource) FetchMessage(_ context.Context, _ mapping.Conversation, sid mapping.MessageSID) (mapping.Message, error) {
	for _, m := range s.messages {
		if m.SID == sid {
			return m, nil
		}
	}
	return mapping.Message{}, fs.ErrNotExist
}

func (s *modelSource) OpenMedia(context.Context, mapping.Conversation, mapping.Media) (io.ReadCloser, error) {
	return nil, fs.ErrNotExist
}

func each[T any](items []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range items {
			if !yield(v, nil) {
				return
			}
		}
	}
}
