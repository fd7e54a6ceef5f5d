package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/expression"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// expressionOptions are what users decide about single items: which are carried, what
// they are called, and what stands in their metadata. They are policies: a ledger
// holds to those that it was begun with.
type expressionOptions struct {
	participants expression.Condition[expression.ParticipantScope]
	messages     expression.Condition[expression.MessageScope]
	media        expression.Condition[expression.MediaScope]

	topic       expression.Text[expression.ConversationScope]
	displayName expression.Text[expression.ParticipantScope]

	threadMetadata  expression.Fields[expression.ConversationScope]
	memberMetadata  expression.Fields[expression.ParticipantScope]
	messageMetadata expression.Fields[expression.LoneMessageScope]

	flags []*pflag.Flag
}

func (o *expressionOptions) register(cmd *cobra.Command) {
	o.flags = added(cmd, func(cmd *cobra.Command) {
		f := cmd.Flags()
		f.Var(&o.participants, mapping.FlagWhereParticipant, "participants become members only for which this CEL expression is true, such as !(has(user.attributes.bot) && user.attributes.bot)")
		f.Var(&o.messages, mapping.FlagWhereMessage, "messages only for which this CEL expression is true, such as message.dateCreated > timestamp(\"2024-01-01T00:00:00Z\")")
		f.Var(&o.media, mapping.FlagWhereMedia, "files only for which this CEL expression is true, such as media.size < 10000000; messages name the others")
		f.Var(&o.topic, mapping.FlagTopic, "topic of a thread, as a CEL expression; where it gives nothing, the friendly name")
		f.Var(&o.displayName, mapping.FlagDisplayName, "name of a member, as a CEL expression; where it gives nothing, the usual one")
		f.Var(&o.threadMetadata, mapping.FlagMetadata, "more metadata of threads, such as ticket=conversation.attributes.ticketId; may be given several times")
		f.Var(&o.memberMetadata, mapping.FlagMemberMetadata, "more metadata of members, such as team=user.attributes.?team; may be given several times")
		f.Var(&o.messageMetadata, mapping.FlagMessageMetadata, "more metadata of messages, such as replyTo=message.attributes.?replyTo; may be given several times")
	})
}

// given are the flags that decide something.
func (o *expressionOptions) given() []*pflag.Flag {
	var given []*pflag.Flag
	for _, f := range o.flags {
		if f.Value.String() != "" {
			given = append(given, f)
		}
	}
	return given
}

// expressions are what the flags come to; nil where none is given.
func (o *expressionOptions) expressions() *mapping.Expressions {
	given := o.given()
	if len(given) == 0 {
		return nil
	}
	e := &mapping.Expressions{Digests: make(map[string]string, len(given))}
	for _, f := range given {
		texts := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			texts = list.GetSlice()
		}
		e.Digests[f.Name] = mapping.DigestExpressions(texts...)
	}
	o.decide(e)
	o.describe(e)
	return e
}

// decide fills in what is carried.
func (o *expressionOptions) decide(e *mapping.Expressions) {
	if o.participants.IsSet() {
		e.CarriesParticipant = func(a mapping.Attendee) (bool, error) {
			return o.participants.Meets(expression.ParticipantScope{Attendee: a})
		}
	}
	if o.messages.IsSet() {
		e.CarriesMessage = func(c mapping.Conversation, m mapping.Message) (bool, error) {
			return o.messages.Meets(expression.MessageScope{Conversation: c, Message: m})
		}
	}
	if o.media.IsSet() {
		e.CarriesMedia = func(c mapping.Conversation, m mapping.Message, f mapping.Media) (bool, error) {
			return o.media.Meets(expression.MediaScope{MessageScope: expression.MessageScope{Conversation: c, Message: m}, Media: f})
		}
	}
}

// describe fills in names and metadata.
func (o *expressionOptions) describe(e *mapping.Expressions) {
	if o.topic.IsSet() {
		e.Topic = func(c mapping.Conversation) (string, error) {
			return o.topic.Of(expression.ConversationScope{Conversation: c})
		}
	}
	if o.displayName.IsSet() {
		e.DisplayName = func(a mapping.Attendee) (string, error) {
			return o.displayName.Of(expression.ParticipantScope{Attendee: a})
		}
	}
	o.threadMetadata.Each(func(key string, of func(expression.ConversationScope) (string, error)) {
		value := func(c mapping.Conversation) (string, error) { return of(expression.ConversationScope{Conversation: c}) }
		e.ThreadMetadata = append(e.ThreadMetadata, mapping.ExtraMetadata[mapping.Conversation]{Key: key, Value: value})
	})
	o.memberMetadata.Each(func(key string, of func(expression.ParticipantScope) (string, error)) {
		value := func(a mapping.Attendee) (string, error) { return of(expression.ParticipantScope{Attendee: a}) }
		e.MemberMetadata = append(e.MemberMetadata, mapping.ExtraMetadata[mapping.Attendee]{Key: key, Value: value})
	})
	o.messageMetadata.Each(func(key string, of func(expression.LoneMessageScope) (string, error)) {
		value := func(m mapping.Message) (string, error) { return of(expression.LoneMessageScope{Message: m}) }
		e.MessageMetadata = append(e.MessageMetadata, mapping.ExtraMetadata[mapping.Message]{Key: key, Value: value})
	})
}
