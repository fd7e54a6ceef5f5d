package main

import (
	"cmp"
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/identities"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// identityExportOptions are those of identity export.
type identityExportOptions struct {
	source       sourceOptions
	state        stateOptions
	log          logOptions
	addresses    choice
	displayNames choice
	messages     choice
	format       choice
	out          string
}

// The values of --messages.
const (
	messagesAuto = "auto"
	messagesAll  = "all"
	messagesNone = "none"
)

func newIdentityExportCommand(s *streams) *cobra.Command {
	var o identityExportOptions
	cmd := &cobra.Command{
		Use:   "export --source twilio|DIR",
		Short: "Print everybody of the source as a table, to be edited and imported",
		Long: `Export prints a table (CSV) with a line for everybody: users, placeholders for
people behind an address, authors who have left, and authors that are free text.
Edit these columns, and give the file to identity import:

  action       create (or nothing), use, merge, drop or anonymise
  acs_id       with use: the ACS user that the person is already
  same_as      with merge: whom the person is the same as, as SERVICE/identity
  name         the display name in ACS
  also_called  with drop and anonymise: more names to erase in texts, divided by |

A cell that a spreadsheet could take for a formula begins with ', which import
takes away again.`,
		Example: `  twilio2acs identity export --source testdata/snapshots/contoso --addresses keep --out people.csv`,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return identityExport(cmd.Context(), &o, s) },
	}
	o.source.register(cmd)
	o.state.register(cmd)
	o.log.register(cmd)
	choose(cmd, &o.addresses, "addresses", "", "whether phone numbers and e-mail addresses are shown; about somebody whose address is masked nothing can be decided",
		string(mapping.AddressesMask), string(mapping.AddressesKeep))
	choose(cmd, &o.displayNames, "display-names", "", "how a user without a friendly name is shown, as run is told",
		string(mapping.DisplayNamesIdentity), string(mapping.DisplayNamesNeutral))
	choose(cmd, &o.messages, "messages", "", "whether all messages are read, to count them and to find authors who have left; auto does so for a snapshot", messagesAuto, messagesAll, messagesNone)
	cmd.Flags().StringVar(&o.out, "out", "", "write to this `file` instead of stdout")
	choose(cmd, &o.format, outputFlag, "o", "form of the table", formatCSV)
	describe(cmd, twilioEnvironment, exitDone, exitError, exitOutage, exitLocked, exitTwilioCredentials, exitTwilioUnreachable,
		exitState, exitFixture, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// identityExport writes the table.
func identityExport(ctx context.Context, o *identityExportOptions, s *streams) (err error) {
	if err := o.source.check(); err != nil {
		return err
	}
	ledger, err := checkpoint.OpenReader(o.state.path, nil)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	src, err := o.source.open(ctx, o.log.logger(s))
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, closeSource(src)) }()
	rules := mapping.Rules{Addresses: mapping.AddressPolicy(o.addresses.value), DisplayNames: mapping.DisplayNamePolicy(o.displayNames.value)}
	people, damaged, err := migrate.Population(ctx, src, rules, &migrate.PopulationOptions{Messages: o.readsMessages()})
	if err != nil {
		return causeOf(ctx, err)
	}
	if damaged > 0 {
		o.log.logger(s).Warn("left out what cannot be read", "items", damaged)
	}
	file, err := newPendingFile(o.out, "--out")
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, file.close()) }()
	var w io.Writer = s.out
	if file != nil {
		w = file
	}
	if err := o.write(w, rules, people, ledger); err != nil {
		return err
	}
	return cmp.Or(file.commit(), s.out.failure())
}

func (o *identityExportOptions) readsMessages() bool {
	return o.messages.value == messagesAll || o.messages.value == messagesAuto && !o.source.isLive()
}

// write writes people, with what the ledger knows of them.
func (o *identityExportOptions) write(w io.Writer, rules mapping.Rules, people []migrate.Inhabitant, ledger *checkpoint.Reader) error {
	list, err := ledger.Decisions()
	if err != nil {
		return err
	}
	decisions := mapping.NewDecisions(list)
	table := identities.NewWriter(w, rules.PublicName)
	for _, who := range people {
		decided, _ := decisions.Of(who.Key)
		rec, _, err := ledger.Person(decisions.Became(who.Key))
		if err != nil {
			return err
		}
		row := identities.RowOf(who.Key, decided, who.FriendlyName)
		row.Channel, row.UserSID, row.DisplayName = who.Channel, who.UserSID, cmp.Or(decided.Name, decided.Pseudonym, who.DisplayName)
		row.Conversations, row.Messages = who.Conversations, who.Messages
		row.ACSID = cmp.Or(decided.User, rec.ID)
		if !o.readsMessages() {
			row.Messages = -1
		}
		table.Write(row)
	}
	return table.Close()
}
