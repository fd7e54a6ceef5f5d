package main

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// mapGetOptions are those of map get.
type mapGetOptions struct {
	state    stateOptions
	template string
	output   outputOptions
}

func newMapGetCommand(s *streams) *cobra.Command {
	var o mapGetOptions
	cmd := &cobra.Command{
		Use:   "get SID|ID",
		Short: "Tell which ACS ID one item of Twilio became, or the other way round",
		Long: `Get looks an item up in the ledger, in both directions: a conversation, message,
file or user by SID, a person by identity or address too; a thread (19:…), user
(8:acs:…) or message of ACS by its ID. Why it became that, explain tells.`,
		Example: `  twilio2acs map get CH0123456789abcdef0123456789abcdef
  twilio2acs map get 8:acs:… -o json`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error { return mapGet(cmd.Context(), &o, args[0], s) },
	}
	o.state.register(cmd)
	cmd.Flags().StringVar(&o.template, "media-url-template", "", "`URL` of a stored file, as it was given to run (default: the file itself)")
	o.output.register(cmd)
	describe(cmd, "", exitDone, exitError, exitLocked, exitState, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// looked is what map get prints for machines.
type looked struct {
	head
	Item  string   `json:"item"`
	Found []mapped `json:"found"`
}

// mapGet prints what is known under a name. Several things may be: the ID of an ACS
// message is unique in its thread only, an identity in its service.
func mapGet(ctx context.Context, o *mapGetOptions, item string, s *streams) (err error) {
	ledger, err := o.state.readExisting()
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	items := mapItems{ledger: ledger, frame: noMessage.MatchString(item)}
	if items.rules, err = mapRules(ledger.Binding(), o.template); err != nil {
		return err
	}
	l := looked{head: headOf("map get"), Item: item}
	for m, err := range items.all(ctx) {
		if err = cmp.Or(err, context.Cause(ctx)); err != nil {
			return causeOf(ctx, err)
		}
		if m.is(item) {
			l.Found = append(l.Found, m)
		}
	}
	if len(l.Found) == 0 {
		return withHint(fmt.Errorf("look up %s: the ledger knows nothing of that name", item), "explain tells why something was not carried")
	}
	l.print(s, o.output.format.value)
	return s.out.failure()
}

// noMessage are names that no message and no file has: messages, of which there may
// be millions, are then not looked at.
var noMessage = regexp.MustCompile(`^(19:|8:acs:|CH[0-9a-f]{32}$|US[0-9a-f]{32}$)`)

// is reports whether name is one of the item's.
func (m mapped) is(name string) bool {
	return m.Twilio == name || m.ACS == name || string(m.UserSID) == name || slices.Contains(m.Parts, mapping.ChatMessageID(name))
}

func (l looked) print(s *streams, format string) {
	switch format {
	case formatJSON:
		printDocument(s.out, l)
	case formatJSONL:
		l.Type = "summary"
		printLine(s.out, l)
	default:
		for _, m := range l.Found {
			m.tell(&textWriter{w: s.out, color: painter(s.color)})
		}
	}
}

// tell tells people of the item.
func (m mapped) tell(t *textWriter) {
	t.heading("%s %s", cmp.Or(m.Role, m.Kind), m.Twilio)
	ids := []string{m.ACS}
	if len(m.Parts) > 1 {
		ids = nil
		for _, id := range m.Parts {
			ids = append(ids, string(id))
		}
	}
	for _, line := range [][2]string{
		{"ACS", strings.Join(ids, " ")}, {"thread", string(m.Thread)}, {"conversation", string(m.Conversation)},
		{"service", string(m.Service)}, {"user", string(m.UserSID)}, {"name", m.DisplayName}, {"status", string(m.Status)},
	} {
		if line[1] != "" {
			t.printf("  %-13s %s\n", line[0], line[1])
		}
	}
}
