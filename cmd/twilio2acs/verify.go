package main

import (
	"context"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// The values of --as.
const (
	asOne = "one"
	asAll = "all"
)

// verifyOptions are those of verify.
type verifyOptions struct {
	migrationOptions
	connect          connectOptions
	as               choice
	resume           bool
	quick            bool
	pages            pageOptions
	detailedExitcode bool

	run   string // the command that carries over what is missing
	again string // this very command, comparing everything

	csv *csvTable // nil until the first row
}

func newVerifyCommand(s *streams) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify --source twilio|DIR --dest acs|local:DIR",
		Short: "Read every thread back and compare it with the source",
		Long: `Verify reads every thread back as one of its members and compares it with what
the source says: topic, metadata, members, read marks, the order, senders, texts
and metadata of all messages, and stored files byte for byte. What ACS could not
follow, and the run has reported as a loss, is no difference; nor is what people
write in the threads themselves. It changes nothing but its own notes in the
ledger: interrupted, it goes on with --resume.

With --quick nothing is read from the source: each thread is read from ACS and
compared with the digest that the last verification has noted, which any change
to a migrated message, a member, a topic or metadata spoils, undone or not.
Threads that a run has changed since are not checked until the next verification
without --quick.

Differences are listed as path: want, got; all of them with -o jsonl and -o csv.
In CSV, what a spreadsheet would take for a formula begins with an apostrophe.`,
		Example: `  twilio2acs verify --source testdata/snapshots/contoso --dest local:out
  twilio2acs verify --quick --dest local:out`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.run, o.again = suggest(cmd, "run"), suggest(cmd, "verify")
			if o.source.source == "" {
				o.again += " --source …"
			}
			return verify(cmd.Context(), &o, s)
		},
	}
	o.register(cmd)
	o.connect.register(cmd)
	o.registerOwn(cmd)
	o.pages.register(cmd)
	describe(cmd, migrationEnvironment, exitDone, exitError, exitChanges, exitIncomplete, exitMismatch, exitOutage, exitLocked,
		exitTwilioCredentials, exitACSCredentials, exitTwilioUnreachable, exitACSUnreachable, exitState, exitFixture, exitUsage,
		exitInterrupted, exitTerminated)
	return cmd
}

// registerOwn adds the flags that no other command has.
func (o *verifyOptions) registerOwn(cmd *cobra.Command) {
	f := cmd.Flags()
	choose(cmd, &o.as, "as", "", "as whom to read: one member of each thread, or all of them, who must see the same", asOne, asAll)
	f.BoolVar(&o.resume, "resume", false, "go on with a verification that was interrupted, without what it found as it should be")
	f.BoolVar(&o.quick, "quick", false, "only tell whether the threads are still what the last verification found; needs no --source")
	registerDetailedExitcode(cmd, &o.detailedExitcode)
	o.output.format.words = append(o.output.format.words, formatCSV)
	waive(cmd, "source")
}

// check refuses what the command line alone says is wrong.
func (o *verifyOptions) check() error {
	if !o.quick {
		if o.source.source == "" {
			return usagef("say where the conversations come from, or check digests alone with --quick", "required flag(s) \"source\" not set")
		}
		return o.migrationOptions.check()
	}
	chosen := o.source.selected.selection()
	chosen.Conversations = nil
	switch {
	case o.resume:
		return usagef("leave one of them out", "--quick and --resume do not go together: a quick verification begins anew every time")
	case o.as.value == asAll:
		return usagef("leave out --quick", "--quick and --as all do not go together: a digest says nothing of who sees what")
	case !chosen.IsAll():
		return usagef("choose by --conversation, or leave out --quick", "--quick knows only the ledger: it cannot choose conversations by what the source says")
	}
	return o.dest.check()
}

// verify compares and prints what differs.
func verify(ctx context.Context, o *verifyOptions, s *streams) error {
	began := time.Now()
	pages, err := o.pages.begin()
	if err != nil {
		return err
	}
	defer func() { _ = pages.close() }() // what stays of an incomplete file does no harm
	v, skipped, err := o.compare(ctx, s, o.printFound(s))
	err = causeOf(ctx, err)
	if err == nil {
		err = o.status(v)
	}
	if is[*interruptedError](err) && v.Number > 0 && !o.quick {
		err = withHint(err, "what was found is noted; the same command with --resume goes on where this one stopped")
	}
	r := &result{
		command: "verify", run: v.Run, summary: v.Summary, skipped: skipped, took: time.Since(began), err: err,
		details: details{
			Problems: v.Problems, MoreProblems: v.MoreProblems, Differences: v.Differences, MoreDifferences: v.MoreDifferences,
			Found: len(v.Differences) + v.MoreDifferences, Foreign: v.Foreign,
			Verification: v.Number, Digest: v.Digest, Resumed: v.Resumed,
		},
	}
	switch {
	case o.quick && (!v.OK() || v.Summary.Incomplete() || v.Summary.Conversations.Unchecked > 0):
		r.next = o.again
	case v.OK() && v.Summary.Incomplete():
		r.next = o.run
	}
	if r.tells() {
		r.err = worse(r.err, pages.write(o.page(v, r)))
	}
	return o.print(s, r)
}

// status is the exit code that a verification has besides its result.
func (o *verifyOptions) status(v *migrate.Verification) error {
	all := v.Summary.All()
	switch {
	case !v.OK():
		return exitStatus(exitMismatch)
	case isStuck(all), o.quick && v.Summary.Conversations.Unchecked > 0:
		return exitStatus(exitIncomplete)
	case all.Pending > 0 && o.detailedExitcode:
		return exitStatus(exitChanges)
	case all.Pending > 0:
		return exitStatus(exitIncomplete)
	}
	return nil
}

// write tells people whether everything is as it should be.
func (o *verifyOptions) write(t *textWriter, r *result) {
	unchecked := r.summary.Conversations.Unchecked
	switch {
	case r.details.Found > 0:
		t.heading("Verification found %s in %s.", plural(int64(r.details.Found), "difference", "differences"), shortly(r.took))
	case r.err != nil && !silent(r.err):
		t.heading("Verification ended early, after %s: what it has read is as it should be.", shortly(r.took))
	case o.quick && unchecked > 0 && unchecked == r.summary.Conversations.Total:
		t.heading("There is no verification to compare with (%s).", shortly(r.took))
	case o.quick && unchecked > 0:
		t.heading("What was verified is unchanged, but it is not everything (%s).", shortly(r.took))
	case r.summary.Incomplete():
		t.heading("What has been carried over is as it should be, but it is not everything (%s).", shortly(r.took))
	case o.quick:
		t.heading("Verified in %s: everything is as the last verification found it.", shortly(r.took))
	default:
		t.heading("Verified in %s: everything is as it should be.", shortly(r.took))
	}
	t.summary(r.summary, doneWords)
	t.note(r.skipped, "damaged item was left out", "damaged items were left out")
	t.note(r.details.Foreign, "message was written in the threads by people", "messages were written in the threads by people")
	t.note(r.details.Resumed, "conversation had been verified before the interruption", "conversations had been verified before the interruption")
	if o.quick {
		t.note(unchecked, "conversation was never verified, or a run has changed it since", "conversations were never verified, or a run has changed them since")
	}
	if r.details.Digest != "" {
		t.printf("  digest %s of verification %d\n", r.details.Digest, r.details.Verification)
	}
	if o.output.format.value == formatText {
		t.differences(r.details.Differences, r.details.MoreDifferences)
	}
	t.problems(r.details.Problems, r.details.MoreProblems)
	t.next(r.next)
}

// maxShownDifferences is how many differences people are shown. Machines get all
// that the verification kept.
const maxShownDifferences = 50

func (t *textWriter) differences(all []migrate.Difference, more int) {
	if len(all) == 0 {
		return
	}
	t.printf("\n")
	t.heading("Differences:")
	shown := all[:min(len(all), maxShownDifferences)]
	for _, d := range shown {
		t.printf("  %s\n", d)
	}
	if rest := len(all) - len(shown) + more; rest > 0 {
		t.printf("  … and %s more; -o jsonl or -o csv lists them all\n", humanize.Comma(int64(rest)))
	}
}

// waive makes a flag optional that is required elsewhere.
func waive(cmd *cobra.Command, flag string) {
	delete(cmd.Flags().Lookup(flag).Annotations, cobra.BashCompOneRequiredFlag)
}
