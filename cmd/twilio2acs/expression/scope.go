package expression

import (
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A Scope is what an expression is about: an item of Twilio and what is known around
// it, each under a name of its own. Its error is that a time cannot be read.
type Scope interface {
	// names are those of variables, in their order.
	names() []string
	variables() (map[string]any, error)
}

// ConversationScope shows conversation.
type ConversationScope struct{ Conversation mapping.Conversation }

// ParticipantScope shows participant, user and conversation.
type ParticipantScope struct{ Attendee mapping.Attendee }

// MessageScope shows message and conversation.
type MessageScope struct {
	Conversation mapping.Conversation
	Message      mapping.Message
}

// MediaScope shows media, message and conversation.
type MediaScope struct {
	MessageScope
	Media mapping.Media
}

// LoneMessageScope shows message only.
type LoneMessageScope struct{ Message mapping.Message }

func (ConversationScope) names() []string { return []string{"conversation"} }
func (ParticipantScope) names() []string  { return []string{"participant", "user", "conversation"} }
func (MessageScope) names() []string      { return []string{"message", "conversation"} }
func (MediaScope) names() []string        { return []string{"media", "message", "conversation"} }
func (LoneMessageScope) names() []string  { return []string{"message"} }

func (s ConversationScope) variables() (map[string]any, error) {
	c, err := conversation(s.Conversation)
	return map[string]any{"conversation": c}, err
}

func (s ParticipantScope) variables() (map[string]any, error) {
	p, err := participant(s.Attendee.Participant)
	if err != nil {
		return nil, err
	}
	c, err := conversation(s.Attendee.Conversation)
	return map[string]any{"participant": p, "user": user(s.Attendee.User), "conversation": c}, err
}

func (s MessageScope) variables() (map[string]any, error) {
	m, err := message(s.Message)
	if err != nil {
		return nil, err
	}
	c, err := conversation(s.Conversation)
	return map[string]any{"message": m, "conversation": c}, err
}

func (s MediaScope) variables() (map[string]any, error) {
	all, err := s.MessageScope.variables()
	if err != nil {
		return nil, err
	}
	all["media"] = media(s.Media)
	return all, nil
}

func (s LoneMessageScope) variables() (map[string]any, error) {
	m, err := message(s.Message)
	return map[string]any{"message": m}, err
}

// kinds are the types of variables, by name.
var kinds = map[string]reflect.Type{
	"conversation": reflect.TypeFor[Conversation](),
	"participant":  reflect.TypeFor[Participant](),
	"user":         reflect.TypeFor[User](),
	"message":      reflect.TypeFor[Message](),
	"media":        reflect.TypeFor[Media](),
}

// environment is what an expression with these variables is compiled in.
func environment(names []string) (*cel.Env, error) {
	options := []cel.EnvOption{cel.OptionalTypes(), ext.Strings(), ext.Lists()}
	native := []any{ext.ParseStructTags(true), reflect.TypeFor[Media]()}
	for _, name := range names {
		t := kinds[name]
		native = append(native, t)
		options = append(options, cel.Variable(name, cel.ObjectType(t.String())))
	}
	return cel.NewEnv(append(options, ext.NativeTypes(native...))...)
}
