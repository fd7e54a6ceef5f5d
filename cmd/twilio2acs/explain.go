package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// explainOptions are those of explain.
type explainOptions struct {
	state        stateOptions
	output       outputOptions
	conversation string
}

// explainPatience is how long a run may take to give a copy of its ledger.
const explainPatience = 15 * time.Second

func newExplainCommand(s *streams) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain SID|ID",
		Short: "Tell what became of one item, and why",
		Long: `Explain looks an item up in the ledger: a conversation, participant, message, file
or user by Twilio's SID, or a thread, user or message by the ID that ACS gave it.
It tells what became of it, where it stands, why it is not done, and every attempt
of a call that did not succeed at once, with the request ID that Microsoft's
support asks for. Attempts that succeeded at once stand in the --log-file of the
run. It works while a run is going on, and without any network.`,
		Example: `  twilio2acs explain IM00000000000000000000000000000001
  twilio2acs explain 19:…@thread.v2 -o json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return explain(cmd.Context(), &o, s, args[0]) },
	}
	o.state.register(cmd)
	o.output.register(cmd)
	cmd.Flags().StringVar(&o.conversation, "conversation", "", "look for a message or file in the conversation with this `SID` alone, which is quicker")
	describe(cmd, "", exitDone, exitError, exitLocked, exitState, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// explanation is what the ledger knows of an item. What it is not is absent.
type explanation struct {
	head
	Item         string                `json:"item"`
	Kind         string                `json:"kind"`          // conversation, participant, message, media or user
	AsOf         time.Time             `json:"asOf,omitzero"` // of the copy that a run has given
	Conversation *mapping.ThreadRecord `json:"conversation,omitempty"`
	Messages     int64                 `json:"messages,omitempty"` // of a conversation, carried so far
	Participant  *mapping.MemberRecord `json:"participant,omitempty"`
	Message      *explainedMessage     `json:"message,omitempty"`
	Media        *mapping.MediaRecord  `json:"media,omitempty"`
	User         *mapping.PersonRecord `json:"user,omitempty"`
	Attempts     []mapping.Attempt     `json:"attempts,omitempty"`
}

// explainedMessage is a message in the ledger.
type explainedMessage struct {
	SID       mapping.MessageSID      `json:"sid"`
	Index     int64                   `json:"index"`
	IDs       []mapping.ChatMessageID `json:"acs"`
	Stub      bool                    `json:"stub,omitempty"`
	Amendment *mapping.Amendment      `json:"amendment,omitempty"`
}

// explain prints what the ledger knows of an item.
func explain(ctx context.Context, o *explainOptions, s *streams, item string) (err error) {
	ledger, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	e := &explanation{head: headOf("explain"), Item: item}
	if taken, ok := ledger.Restored(); ok {
		e.AsOf = taken
	}
	f := &finder{ledger: ledger, item: item, only: mapping.ConversationSID(o.conversation), found: e}
	if err := f.find(ctx); err != nil {
		return err
	}
	if e.Kind == "" {
		return withHint(fmt.Errorf("explain %s: the ledger %s does not know it", item, o.state.path),
			"it may not have been carried yet: the plan tells; or name the ledger of its run with --state")
	}
	for a, err := range ledger.Attempts(item) {
		if err != nil {
			return err
		}
		e.Attempts = append(e.Attempts, a)
	}
	switch o.output.format.value {
	case formatJSON:
		printDocument(s.out, e)
	case formatJSONL:
		e.Type = "summary"
		printLine(s.out, e)
	default:
		writeExplanation(&textWriter{w: s.out, color: painter(s.color)}, e, time.Now())
	}
	return nil
}

// open opens the ledger, or a copy of it that the run gives which has it.
func (o *explainOptions) open(ctx context.Context) (*checkpoint.Reader, error) {
	ctx, cancel := context.WithTimeout(ctx, explainPatience)
	defer cancel()
	ledger, err := checkpoint.OpenLive(ctx, o.state.path, nil)
	if err == nil && !ledger.Exists() {
		return nil, o.state.nothing()
	}
	return ledger, err
}

// finder looks an item up.
type finder struct {
	ledger *checkpoint.Reader
	item   string
	only   mapping.ConversationSID
	found  *explanation
}

// find looks among people first, of whom there are the fewest, and last among
// messages.
func (f *finder) find(ctx context.Context) error {
	for p, err := range f.ledger.Persons() {
		if err := cmp.Or(err, context.Cause(ctx)); err != nil {
			return err
		}
		if f.is(string(p.ID)) || f.is(string(p.UserSID)) || f.is(p.Key.Name) {
			f.found.Kind, f.found.User = "user", &p
			return nil
		}
	}
	for t, err := range f.ledger.Threads() {
		if err := cmp.Or(err, context.Cause(ctx)); err != nil {
			return err
		}
		if f.only != "" && t.Conversation != f.only {
			continue
		}
		if done, err := f.inThread(ctx, t); done || err != nil {
			return err
		}
	}
	return nil
}

func (f *finder) is(id string) bool { return id != "" && id == f.item }

// inThread looks in one conversation and reports whether the item is there.
func (f *finder) inThread(ctx context.Context, t mapping.ThreadRecord) (bool, error) {
	if f.is(string(t.Conversation)) || f.is(string(t.Thread)) {
		progress, err := f.ledger.Progress(t.Conversation)
		f.found.Kind, f.found.Conversation, f.found.Messages = "conversation", &t, progress.Messages
		return true, err
	}
	for _, m := range t.Members {
		if f.is(m.Metadata[mapping.KeyParticipantSID]) {
			f.found.Kind, f.found.Conversation, f.found.Participant = "participant", &t, &m
			return true, nil
		}
	}
	for rec, err := range f.ledger.MediaOf(t.Conversation) {
		if err != nil {
			return false, err
		}
		if f.is(string(rec.SID)) {
			f.found.Kind, f.found.Conversation, f.found.Media = "media", &t, &rec
			return true, nil
		}
	}
	for rec, err := range f.ledger.Messages(t.Conversation) {
		if err := cmp.Or(err, context.Cause(ctx)); err != nil {
			return false, err
		}
		if f.isMessage(rec) {
			f.found.Kind, f.found.Conversation = "message", &t
			f.found.Message = &explainedMessage{rec.SID, rec.Index, rec.IDs, rec.Stub, rec.Amendment}
			return true, nil
		}
	}
	return false, nil
}

func (f *finder) isMessage(rec mapping.MessageRecord) bool {
	if f.is(string(rec.SID)) {
		return true
	}
	for _, id := range rec.IDs {
		if f.is(string(id)) {
			return true
		}
	}
	return false
}
