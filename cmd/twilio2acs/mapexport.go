package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"iter"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// mapExportOptions are those of map export.
type mapExportOptions struct {
	state    stateOptions
	template string
	format   choice
}

func newMapExportCommand(s *streams) *cobra.Command {
	var o mapExportOptions
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print which ACS ID each item of Twilio became",
		Long: `Export prints the ledger as a table of IDs, for databases that refer to Twilio's.
Each line is an item of Twilio and what it became: users and placeholders by
identity or address, conversations, messages and media by SID.`,
		Example: `  twilio2acs map export | jq -r 'select(.kind=="user") | [.twilio, .acs] | @tsv'`,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return mapExport(cmd.Context(), &o, s) },
	}
	o.state.register(cmd)
	cmd.Flags().StringVar(&o.template, "media-url-template", "", "`URL` of a stored file, as it was given to run (default: the file itself)")
	choose(cmd, &o.format, outputFlag, "o", "a line per item, or one array", formatJSONL, formatJSON)
	describe(cmd, "", exitDone, exitError, exitLocked, exitState, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// mapped is an item of Twilio and what it became.
type mapped struct {
	Kind   string `json:"kind"`           // user, placeholder, conversation, message or media
	Role   string `json:"role,omitempty"` // of a placeholder: former or keeper
	Twilio string `json:"twilio"`         // SID, identity or address; empty for the keeper
	ACS    string `json:"acs"`            // ID or URL; of a message, that of its first part

	Service      mapping.ServiceSID      `json:"service,omitempty"`
	UserSID      mapping.UserSID         `json:"userSid,omitempty"`
	DisplayName  string                  `json:"displayName,omitempty"`
	Status       mapping.Status          `json:"status,omitempty"` // of a conversation
	Conversation mapping.ConversationSID `json:"conversation,omitempty"`
	Thread       mapping.ThreadID        `json:"thread,omitempty"` // of a message
	Parts        []mapping.ChatMessageID `json:"parts,omitempty"`  // of a message, all of them
	Stub         bool                    `json:"stub,omitempty"`   // ACS refused the message: a stub stands there
	Key          string                  `json:"key,omitempty"`    // in the media store
	Size         int64                   `json:"size,omitempty"`   // in bytes
	SHA256       string                  `json:"sha256,omitempty"`
}

// mapExport prints the ledger. What never became anything is left out.
func mapExport(ctx context.Context, o *mapExportOptions, s *streams) (err error) {
	ledger, err := o.state.readExisting()
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	rules, err := o.rules(ledger.Binding())
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(s.out, 64<<10)
	w := itemWriter{w: buffered, array: o.format.value == formatJSON}
	for item, err := range (mapItems{ledger, rules}).items() {
		if err = cmp.Or(err, context.Cause(ctx), s.out.err); err != nil {
			return cmp.Or(s.out.failure(), causeOf(ctx, err))
		}
		w.write(item)
	}
	w.end()
	_ = buffered.Flush() // s.out keeps the error
	return nil
}

// rules finds the template of media URLs and makes sure that it is the one that
// stands in the messages. A ledger holds only a digest of it.
func (o *mapExportOptions) rules(b mapping.Binding) (mapping.Rules, error) {
	if b.Media == noMedia {
		return mapping.Rules{}, nil
	}
	if rules, ok := rulesOf(b, o.template); ok {
		return rules, nil
	}
	if o.template == "" {
		return mapping.Rules{}, usagef("give the --media-url-template that run was given", "the ledger does not hold the URL of stored files")
	}
	return mapping.Rules{}, usagef("give the one that run was given", "--media-url-template is not the one that stands in the messages")
}

// rulesOf are the rules that a ledger was written under, with that template of media
// URLs, or without one that of the store. It reports false where they are others.
func rulesOf(b mapping.Binding, template string) (mapping.Rules, bool) {
	return mapping.RulesOf(b.Rules, cmp.Or(template, storeTemplate(b.Media)))
}

// mapItems lists the items of a ledger.
type mapItems struct {
	ledger *checkpoint.Reader
	rules  mapping.Rules
}

// items yields people, then each conversation with its messages and media.
func (e mapItems) items() iter.Seq2[mapped, error] {
	return func(yield func(mapped, error) bool) {
		for p, err := range e.ledger.Persons() {
			if err == nil && (p.ID == "" || p.Key.Kind == mapping.PersonCanary) {
				continue
			}
			if !yield(mappedPerson(p), err) {
				return
			}
		}
		for t, err := range e.ledger.Threads() {
			if err == nil && t.Thread == "" {
				continue
			}
			if !yield(mapped{
				Kind: "conversation", Twilio: string(t.Conversation), ACS: string(t.Thread), Service: t.Service, Status: t.Status,
			}, err) || !e.messages(t, yield) || !e.media(t, yield) {
				return
			}
		}
	}
}

func (e mapItems) messages(t mapping.ThreadRecord, yield func(mapped, error) bool) bool {
	for m, err := range e.ledger.Messages(t.Conversation) {
		item := mapped{
			Kind: "message", Twilio: string(m.SID), Conversation: t.Conversation, Thread: t.Thread, Parts: m.IDs, Stub: m.Stub,
		}
		if len(m.IDs) > 0 {
			item.ACS = string(m.IDs[0])
		}
		if !yield(item, err) {
			return false
		}
	}
	return true
}

func (e mapItems) media(t mapping.ThreadRecord, yield func(mapped, error) bool) bool {
	for m, err := range e.ledger.MediaOf(t.Conversation) {
		if err == nil && m.Missing != "" {
			continue
		}
		if !yield(mapped{
			Kind: "media", Twilio: string(m.SID), ACS: e.rules.URL(m.Key), Conversation: t.Conversation,
			Key: m.Key, Size: m.Size, SHA256: m.SHA256,
		}, err) {
			return false
		}
	}
	return true
}

// mappedPerson is a user who can sign in, or a placeholder for somebody who
// cannot: behind an address, gone, or the keeper, which stands for nobody.
func mappedPerson(p mapping.PersonRecord) mapped {
	item := mapped{
		Kind: string(p.Key.Kind), Twilio: p.Key.Name, ACS: string(p.ID),
		Service: p.Key.Service, UserSID: p.UserSID, DisplayName: p.DisplayName,
	}
	if p.Key.Kind == mapping.PersonFormer || p.Key.Kind == mapping.PersonKeeper {
		item.Kind, item.Role = string(mapping.PersonPlaceholder), string(p.Key.Kind)
	}
	return item
}

// itemWriter writes items as lines, or as an array of them.
type itemWriter struct {
	w     *bufio.Writer // keeps the error of writing
	array bool
	begun bool
}

func (w *itemWriter) write(item mapped) {
	text, err := json.Marshal(item)
	if err != nil {
		panic(err) // strings and numbers only
	}
	switch {
	case w.array && !w.begun:
		_, _ = w.w.WriteString("[\n")
	case w.array:
		_, _ = w.w.WriteString(",\n")
	}
	w.begun = true
	_, _ = w.w.Write(text)
	if !w.array {
		_ = w.w.WriteByte('\n')
	}
}

func (w *itemWriter) end() {
	switch {
	case w.array && !w.begun:
		_, _ = w.w.WriteString("[]\n")
	case w.array:
		_, _ = w.w.WriteString("\n]\n")
	}
}
