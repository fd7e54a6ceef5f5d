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
	conversation string
	template     string
	output       outputOptions
}

// liveWait is how long a run that is going on may take to give a copy of its
// ledger. It looks every few seconds whether somebody wants one.
const liveWait = 15 * time.Second

func newExplainCommand(s *streams) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain SID|ID",
		Short: "Tell what became of one item, and why",
		Long: `Explain tells from the ledger alone what became of an item of Twilio: a
conversation, message, file, participant or user, by SID, a user by identity too.
An item of ACS, a thread (19:…), user (8:acs:…) or message, is explained by what it
was made from. Where a call did not succeed at once, every attempt is told of that
the ledger keeps, with the ID by which Microsoft's support finds it.`,
		Example: `  twilio2acs explain IM0123456789abcdef0123456789abcdef --conversation CH…
  twilio2acs explain 8:acs:… -o json`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error { return explain(cmd.Context(), &o, args[0], s) },
	}
	o.state.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.conversation, "conversation", "", "look in this conversation only, by `SID`: quicker where there are millions of messages")
	f.StringVar(&o.template, "media-url-template", "", "`URL` of a stored file, as it was given to run (default: the file itself)")
	o.output.register(cmd)
	describe(cmd, "", exitDone, exitError, exitLocked, exitState, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// oneArgument refuses anything but one argument.
func oneArgument(_ *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return fmt.Errorf("one SID or ID is needed, got %d", len(args))
	}
	return nil
}

// explanation is what explain prints for machines.
type explanation struct {
	head
	Item  string `json:"item"`
	State string `json:"state"`
	// AsOf is when the copy of the ledger was taken that was read while a run was
	// going on, or that stands in the place of the ledger.
	AsOf  time.Time   `json:"asOf,omitzero"`
	Found []explained `json:"found,omitempty"`
	// MoreFound counts those beyond the first twenty: the ID of an ACS message is
	// unique in its thread only, an identity in its service.
	MoreFound int `json:"moreFound,omitempty"`
}

// An explained item tells people of itself.
type explained interface{ tell(t *textWriter) }

// maxExplained is how many items are explained that have one name.
const maxExplained = 20

func (e *explanation) add(x explained) {
	if len(e.Found) < maxExplained {
		e.Found = append(e.Found, x)
	} else {
		e.MoreFound++
	}
}

// explain prints what became of an item.
func explain(ctx context.Context, o *explainOptions, item string, s *streams) (err error) {
	ledger, err := o.state.readLive(ctx)
	if err != nil {
		return causeOf(ctx, err)
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	e := &explanation{head: headOf("explain"), Item: item, State: o.state.path}
	e.AsOf, _ = ledger.Restored()
	rules, known := rulesOf(ledger.Binding(), o.template)
	if o.template != "" && !known {
		return usagef("give the one that run was given", "--media-url-template is not the one that stands in the messages")
	}
	f := &finder{ctx: ctx, ledger: ledger, rules: rules, item: item, only: mapping.ConversationSID(o.conversation), found: e}
	if err := f.find(); err != nil {
		return causeOf(ctx, err)
	}
	if len(e.Found) == 0 {
		return withHint(fmt.Errorf("explain %s: the ledger %s does not know it", item, o.state.path),
			"what no run has begun with is in no ledger; name another one with --state")
	}
	switch o.output.format.value {
	case formatJSON:
		printDocument(s.out, e)
	case formatJSONL:
		for _, x := range e.Found {
			printLine(s.out, x)
		}
		e.Type, e.Found = "summary", nil
		printLine(s.out, e)
	default:
		e.write(&textWriter{w: s.out, color: painter(s.color)})
	}
	return nil
}

// readLive opens a ledger that must be there. While a run is going on with it, the
// run is asked for a copy.
func (o stateOptions) readLive(ctx context.Context) (*checkpoint.Reader, error) {
	ctx, cancel := context.WithTimeout(ctx, liveWait)
	defer cancel()
	r, err := checkpoint.OpenLive(ctx, o.path, nil)
	switch {
	case is[*checkpoint.LockedError](err):
		return nil, withHint(err, "the process that has it gives no copy of it: ask again once that has ended")
	case err != nil:
		return nil, err
	case !r.Exists():
		return nil, cmp.Or(r.Close(), o.nothing())
	}
	return r, nil
}
