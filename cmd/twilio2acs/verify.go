package main

import (
	"cmp"
	"context"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// verifyOptions are those of verify.
type verifyOptions struct {
	migrationOptions
	connect          connectOptions
	detailedExitcode bool

	run string // the command that carries over what is missing
}

func newVerifyCommand(s *streams) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify --source twilio|DIR --dest acs|local:DIR",
		Short: "Read every thread back and compare it with the source",
		Long: `Verify reads every thread back as one of its members and compares topic,
members, order, senders, texts and metadata with what the source says, and
stored files byte for byte. It changes nothing.`,
		Example: `  twilio2acs verify --source testdata/snapshots/contoso --dest local:out`,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.run = suggest(cmd, "run")
			return verify(cmd.Context(), &o, s)
		},
	}
	o.register(cmd)
	o.connect.register(cmd)
	registerDetailedExitcode(cmd, &o.detailedExitcode)
	describe(cmd, migrationEnvironment, exitDone, exitError, exitChanges, exitIncomplete, exitMismatch, exitOutage, exitLocked,
		exitTwilioCredentials, exitACSCredentials, exitTwilioUnreachable, exitACSUnreachable, exitState, exitFixture, exitUsage,
		exitInterrupted, exitTerminated)
	return cmd
}

// verify compares and prints what differs.
func verify(ctx context.Context, o *verifyOptions, s *streams) error {
	began := time.Now()
	v, skipped, err := o.compare(ctx, s)
	err = causeOf(ctx, err)
	if err == nil {
		err = o.status(v)
	}
	r := &result{
		command: "verify", run: v.Run, summary: v.Summary, skipped: skipped, took: time.Since(began), err: err,
		details: details{
			Problems: v.Problems, Differences: v.Differences, MoreDifferences: v.MoreDifferences, Foreign: v.Foreign,
		},
	}
	if v.OK() && v.Summary.Incomplete() {
		r.next = o.run
	}
	return r.print(s, o.output, o.log.verbose, writeVerification)
}

// status is the exit code that a verification has besides its result.
func (o *verifyOptions) status(v *migrate.Verification) error {
	all := v.Summary.All()
	switch {
	case !v.OK():
		return exitStatus(exitMismatch)
	case isStuck(all):
		return exitStatus(exitIncomplete)
	case all.Pending > 0 && o.detailedExitcode:
		return exitStatus(exitChanges)
	case all.Pending > 0:
		return exitStatus(exitIncomplete)
	}
	return nil
}

// compare does the work. The verification is never nil.
func (o *verifyOptions) compare(ctx context.Context, s *streams) (v *migrate.Verification, skipped int64, err error) {
	v = new(migrate.Verification)
	if err := cmp.Or(o.check(), o.connect.check(o.dest)); err != nil {
		return v, 0, err
	}
	m, err := o.open(ctx, s)
	if err != nil {
		return v, 0, err
	}
	defer func() { err = cmp.Or(err, m.close()) }()
	ledger, err := o.ledger(m)
	if err != nil {
		return v, 0, err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	media, err := m.place.openExisting(ctx, o.log.logger(s))
	if err != nil {
		return v, 0, err
	}
	defer func() { err = cmp.Or(err, media.close()) }()
	to, err := o.connect.connect(o.dest)
	if err != nil {
		return v, 0, err
	}
	defer func() { err = cmp.Or(err, to.close()) }()
	if err := o.state.admit(ledger, m.binding(to.resource)); err != nil {
		return v, 0, err
	}
	read := &meter{source: m.src}
	stop := o.progress.start(s.err, messageCount(m.src), read.read.Load)
	defer stop()
	made, err := migrate.Verify(ctx, read, to.acs, ledger, media.store, m.rules, &migrate.Options{
		Selected: !o.source.selected.selection().IsAll(), Logger: o.log.logger(s),
	})
	if err != nil {
		return v, m.src.Skipped(), err
	}
	return made, m.src.Skipped(), nil
}

// ledger opens the ledger of a run. Verifying changes nothing, so that it may be
// done on any machine.
func (o *verifyOptions) ledger(m *migration) (*checkpoint.Reader, error) {
	resource, err := o.dest.knownResource()
	if err != nil {
		return nil, err
	}
	o.state.adopt = true
	ledger, err := o.state.read(m.binding(resource))
	if err == nil && !ledger.Exists() {
		return nil, o.state.nothing()
	}
	return ledger, err
}

// writeVerification tells people whether everything is as it should be.
func writeVerification(t *textWriter, r *result) {
	differences := int64(len(r.details.Differences) + r.details.MoreDifferences)
	switch {
	case differences > 0:
		t.heading("Verification found %s in %s.", plural(differences, "difference", "differences"), shortly(r.took))
	case r.summary.Incomplete():
		t.heading("What has been carried over is as it should be, but it is not everything (%s).", shortly(r.took))
	default:
		t.heading("Verified in %s: everything is as it should be.", shortly(r.took))
	}
	t.summary(r.summary, doneWords)
	t.note(r.skipped, "damaged item was left out", "damaged items were left out")
	t.note(r.details.Foreign, "message was written in the threads by people", "messages were written in the threads by people")
	t.differences(r.details.Differences, r.details.MoreDifferences)
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
		t.printf("  %s\n      want %s\n      got  %s\n", d.Path, d.Want, d.Got)
	}
	if rest := len(all) - len(shown) + more; rest > 0 {
		t.printf("  … and %s more; -o jsonl lists them\n", humanize.Comma(int64(rest)))
	}
}
