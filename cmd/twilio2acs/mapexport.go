package main

import (
	"bufio"
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// mapExportOptions are those of map export.
type mapExportOptions struct {
	state    stateOptions
	source   sourceOptions // none, unless it is asked for what only it tells
	template string
	format   choice
	log      logOptions
}

func newMapExportCommand(s *streams) *cobra.Command {
	var o mapExportOptions
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print which ACS ID each item of Twilio became",
		Long: `Export prints the ledger as a table of IDs, for databases that refer to Twilio's.
Each line is an item of Twilio and what it became: users and placeholders by
identity or address, conversations, messages and media by SID.

With --source it tells, too, when each message was written, for links that lead
into a thread by time, and for each participant the read horizon and the number of
messages behind it, for badges: both as Twilio has them now.`,
		Example: `  twilio2acs map export | jq -r 'select(.kind=="user") | [.twilio, .acs] | @tsv'
  twilio2acs map export --source testdata/snapshots/contoso -o csv`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return mapExport(cmd.Context(), &o, s) },
	}
	o.state.register(cmd)
	o.source.registerOptional(cmd, "ask this for original times and read horizons, which the ledger does not hold: ")
	o.log.register(cmd)
	cmd.Flags().StringVar(&o.template, "media-url-template", "", "`URL` of a stored file, as it was given to run (default: the file itself)")
	choose(cmd, &o.format, outputFlag, "o", "a line per item, one array, or a table", formatJSONL, formatJSON, formatCSV)
	describe(cmd, twilioEnvironment, exitDone, exitError, exitOutage, exitLocked, exitTwilioCredentials, exitTwilioUnreachable, exitState, exitFixture, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// mapExport prints the ledger. What never became anything is left out.
func mapExport(ctx context.Context, o *mapExportOptions, s *streams) (err error) {
	ledger, err := o.state.readExisting()
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	items := mapItems{ledger: ledger}
	if items.rules, err = mapRules(ledger.Binding(), o.template); err != nil {
		return err
	}
	if o.source.source != "" {
		src, err := o.openSource(ctx, ledger.Binding(), s)
		if err != nil {
			return err
		}
		defer func() { err = cmp.Or(err, closeSource(src)) }()
		items.src = src
	}
	buffered := bufio.NewWriterSize(s.out, 64<<10)
	w := newItemWriter(buffered, o.format.value)
	for item, err := range items.all(ctx) {
		if err = cmp.Or(err, context.Cause(ctx), s.out.err); err != nil {
			return cmp.Or(s.out.failure(), causeOf(ctx, err))
		}
		w.write(item)
	}
	w.end()
	_ = buffered.Flush() // s.out keeps the error
	return nil
}

// openSource opens the account that the ledger is of.
func (o *mapExportOptions) openSource(ctx context.Context, b mapping.Binding, s *streams) (source, error) {
	if err := o.source.check(); err != nil {
		return nil, err
	}
	o.source.skipDamaged = true // what cannot be read is told without its time
	src, err := o.source.open(ctx, o.log.logger(s))
	if err != nil {
		return nil, err
	}
	if account, _ := src.Account(); account != b.Account {
		_ = closeSource(src) // that it is another one says more
		return nil, usagef("name the source that run was given", "--source is account %s, and the ledger is of %s", account, b.Account)
	}
	return src, nil
}

// mapRules finds the template of media URLs and makes sure that it is the one that
// stands in the messages. A ledger holds only a digest of it.
func mapRules(b mapping.Binding, template string) (mapping.Rules, error) {
	if b.Media == noMedia || b == (mapping.Binding{}) { // it holds decisions only
		return mapping.Rules{}, nil
	}
	if rules, ok := rulesOf(b, template); ok {
		return rules, nil
	}
	if template == "" {
		return mapping.Rules{}, usagef("give the --media-url-template that run was given", "the ledger does not hold the URL of stored files")
	}
	return mapping.Rules{}, usagef("give the one that run was given", "--media-url-template is not the one that stands in the messages")
}

// rulesOf are the rules that a ledger was written under, with that template of media
// URLs, or without one that of the store. It reports false where they are others.
func rulesOf(b mapping.Binding, template string) (mapping.Rules, bool) {
	return mapping.RulesOf(b.Rules, cmp.Or(template, storeTemplate(b.Media)))
}
