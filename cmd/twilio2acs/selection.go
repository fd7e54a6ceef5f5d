package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/expression"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// selectionOptions say which conversations of an account are meant. What is said
// of several things must all be true.
type selectionOptions struct {
	services, conversations, identities, states []string

	since, until  moment
	limit, sample int
	where         expression.Condition[expression.ConversationScope]
}

func (o *selectionOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&o.services, "service", nil, "conversations of these services only, by `SID`")
	f.StringSliceVar(&o.conversations, "conversation", nil, "these conversations only, by `SID`")
	f.StringArrayVar(&o.identities, "identity", nil, "conversations only that this `person` takes part in; may be given several times")
	f.StringSliceVar(&o.states, "conversation-state", nil, "conversations in these `states` only: active, inactive, closed, initializing")
	f.Var(&o.since, "since", "conversations only that were created on this day (UTC) or at this time, or later")
	f.Var(&o.until, "until", "conversations only that were created before this day (UTC) or time")
	f.Var(&o.where, "where", "conversations only for which this CEL expression is true, such as conversation.state != \"closed\"")
	f.IntVar(&o.limit, "limit", 0, "no more than the first so many `conversations`; 0 is no limit")
	f.IntVar(&o.sample, "sample", 0, "no more than so many `conversations`, spread over all and the same ones every time; 0 is all")
}

// selection is what the flags come to. The source checks it.
func (o selectionOptions) selection() twiliosrc.Selection {
	return twiliosrc.Selection{
		Services:      typed[mapping.ServiceSID](o.services),
		Conversations: typed[mapping.ConversationSID](o.conversations),
		Identities:    typed[mapping.Identity](o.identities),
		Since:         o.since.time, Until: o.until.time,
		States: o.states, Limit: o.limit, Sample: o.sample,
		Where: o.whereConversation(), Condition: o.where.String(),
	}
}

// whereConversation is the further condition; nil where there is none.
func (o selectionOptions) whereConversation() func(mapping.Conversation) (bool, error) {
	if !o.where.IsSet() {
		return nil
	}
	return func(c mapping.Conversation) (bool, error) {
		meets, err := o.where.Meets(expression.ConversationScope{Conversation: c})
		if err != nil {
			return false, fmt.Errorf("evaluate --where: %w", err)
		}
		return meets, nil
	}
}

func typed[T ~string](values []string) []T {
	var list []T
	for _, v := range values {
		list = append(list, T(v))
	}
	return list
}

// moment is the value of a flag that is a day or a time. It satisfies pflag.Value.
type moment struct {
	text string
	time time.Time
}

// String is what was given.
func (m *moment) String() string { return m.text }

// Set reads a day or a time.
func (m *moment) Set(text string) error {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			m.text, m.time = text, t
			return nil
		}
	}
	return errors.New("must look like 2025-01-31 or 2025-01-31T13:00:00Z")
}

// Type is what help shows as the kind of value.
func (m *moment) Type() string { return "date" }
