package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// replayOptions are those of replay.
type replayOptions struct {
	snapshot string
	golden   string
	update   bool
	policies ruleOptions
	media    choice
	template string
	receipts choice
	log      logOptions
	output   outputOptions

	mapping []*pflag.Flag // those that decide what is written
	rewrite string        // this very command, writing the golden files anew
}

// The values of --media that a replay knows, and what its files are called unless
// said otherwise: by an address that is never anybody's (RFC 2606).
const (
	replayMedia    = "local"
	replayTemplate = "https://media.example/{key}"
)

func newReplayCommand(s *streams) *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use:   "replay SNAPSHOT --golden DIR",
		Short: "Migrate a snapshot from a served Twilio into an embedded ACS, and compare with golden files",
		Long: `Replay goes the whole way with a recorded account: it serves the snapshot as
Twilio, reads it from there, migrates it into an embedded ACS, reads every thread
back as one of its members and compares the result with golden files: one for
each conversation, one of the users, and one of the losses and totals. Nothing is
left behind, and nothing outside of this machine is asked.

Golden files are JSON with one field a line. What differs from replay to replay,
such as IDs and the time of arrival, bears a name that lasts. Write them with
--update, look at them, and commit them with the snapshot: from then on any change
of what a migration would produce shows in review, and fails the build until the
golden files say the same. Give the same policies every time.`,
		Example: `  twilio2acs replay testdata/snapshots/contoso --golden testdata/golden/contoso --update
  twilio2acs replay testdata/snapshots/contoso --golden testdata/golden/contoso -o junit > replay.xml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("twilio2acs replay SNAPSHOT --golden DIR", "replay takes one snapshot, not %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.snapshot = args[0]
			o.rewrite = suggest(cmd, "replay", shellWord(args[0]), "--update")
			return replay(cmd.Context(), &o, s)
		},
	}
	o.register(cmd)
	describe(cmd, "", exitDone, exitError, exitIncomplete, exitMismatch, exitFixture, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

func (o *replayOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.golden, "golden", "", "`directory` of the golden files")
	mustRequire(cmd, "golden")
	f.BoolVar(&o.update, "update", false, "write the golden files instead of comparing, and remove those of conversations that are no more")
	o.mapping = added(cmd, o.registerMapping)
	o.log.register(cmd)
	o.output.register(cmd)
	o.output.format.words = append(o.output.format.words, formatJUnit)
}

// registerMapping adds the flags that decide what is written.
func (o *replayOptions) registerMapping(cmd *cobra.Command) {
	o.policies.register(cmd)
	choose(cmd, &o.media, "media", "", "whether files and what does not fit ACS are kept", replayMedia, noMedia)
	cmd.Flags().StringVar(&o.template, "media-url-template", replayTemplate, "`URL` of a stored file as messages name it, with {key} in it")
	choose(cmd, &o.receipts, "receipts", "", "whether delivery receipts are kept beside their messages", receiptsNone, receiptsAll)
}

// added are the flags that register adds to cmd.
func added(cmd *cobra.Command, register func(*cobra.Command)) []*pflag.Flag {
	before := make(map[string]bool)
	cmd.Flags().VisitAll(func(f *pflag.Flag) { before[f.Name] = true })
	register(cmd)
	var flags []*pflag.Flag
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !before[f.Name] {
			flags = append(flags, f)
		}
	})
	return flags
}

// check refuses what the command line alone says is wrong.
func (o *replayOptions) check() error {
	if o.golden == "" {
		return usagef("name the directory of the golden files", "--golden is empty")
	}
	return nil
}

// rules are those that the policies come to.
func (o *replayOptions) rules() (mapping.Rules, error) {
	template := o.template
	if o.media.value == noMedia {
		template = ""
	}
	return o.policies.rules(template, o.receipts.value == receiptsAll)
}

// told are the policies as golden files name them: those that are not the default,
// so that a new one in a later version is no difference.
func (o *replayOptions) told() map[string]string {
	told := make(map[string]string)
	for _, f := range o.mapping {
		if value := f.Value.String(); value != f.DefValue {
			told[f.Name] = value
		}
	}
	return told
}

// replay replays a snapshot and prints what came of it.
func replay(ctx context.Context, o *replayOptions, s *streams) error {
	p := &replayPrinter{o: o, s: s, began: time.Now(), golden: newGoldenResult(o.golden)}
	return p.print(causeOf(ctx, o.replay(ctx, s, p)))
}
