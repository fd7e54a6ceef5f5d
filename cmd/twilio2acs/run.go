package main

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// runOptions are those of run.
type runOptions struct {
	migrationOptions
	connect connectOptions
	accept  acceptOptions
	rounds  roundsOptions
	delete  deleteOptions
	limit   runLimitOptions
	stage   stageOptions
	canary  canaryOptions
	backup  backupOptions
	metrics metricsOptions
	hold    holdOptions
	settle  time.Duration
	keyLife time.Duration
	deep    bool
	dryRun  bool

	verify string // the command that proves the result
	again  string // this very command
}

func newRunCommand(s *streams) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run --source twilio|DIR --dest acs|local:DIR",
		Short: "Migrate: the same command again resumes, and after that carries over what is new",
		Long: `Run carries every conversation of the source into a thread of its own: each
message once, in order, under its author. It can be stopped and killed at any
time; the same command goes on where it stopped. On a finished state it sends
only what is new.`,
		Example: `  twilio2acs run --source testdata/snapshots/contoso --dest local:out
  twilio2acs run --source twilio --dest acs --media local:/srv/files --media-url-template 'https://files.example.com/{key}'`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.verify, o.again = suggest(cmd, "verify"), suggest(cmd, "run")
			if o.dryRun {
				return plan(cmd.Context(), o.plan(), s)
			}
			return run(cmd.Context(), &o, s)
		},
	}
	o.registerWork(cmd)
	o.rounds.register(cmd)
	o.limit.register(cmd)
	o.stage.register(cmd)
	o.hold.register(cmd)
	f := cmd.Flags()
	f.BoolVar(&o.deep, "deep", false, "compare every message when syncing from live Twilio, not only what came last (a snapshot is always compared whole)")
	f.BoolVar(&o.dryRun, "dry-run", false, "tell what would be done, as plan does")
	describe(cmd, migrationEnvironment, exitDone, exitError, exitIncomplete, exitOwnLimit, exitOutage, exitDrift, exitLocked, exitTwilioCredentials,
		exitACSCredentials, exitTwilioUnreachable, exitACSUnreachable, exitPreflight, exitState, exitFixture, exitUsage,
		exitInterrupted, exitTerminated)
	return cmd
}

// registerWork adds the flags of whatever carries conversations over.
func (o *runOptions) registerWork(cmd *cobra.Command) {
	o.register(cmd)
	o.source.registerReport(cmd)
	o.connect.register(cmd)
	o.accept.register(cmd)
	o.state.registerAdopt(cmd)
	o.delete.register(cmd)
	o.canary.register(cmd)
	o.backup.register(cmd)
	o.metrics.register(cmd)
	cmd.Flags().DurationVar(&o.keyLife, "key-life", migrate.DefaultKeyLife, "how long ACS gives the same thread for the same key of a creation; doctor --probe finds it out")
	cmd.Flags().DurationVar(&o.settle, "settle", time.Minute, "how long after an open outcome a message must stay absent to count as not sent")
}

// whole makes it a run that does everything in one go, as it is without the flags that
// say otherwise.
func (o *runOptions) whole() {
	o.limit.only.value, o.stage.stage.value = onlyAll, stageAll
	o.stage.order.value, o.stage.inboxOrder = string(migrate.OrderAuto), true
}

// plan is what the same flags mean for a plan.
func (o *runOptions) plan() *planOptions {
	return &planOptions{
		migrationOptions: o.migrationOptions, accept: o.accept, delete: o.delete, deep: o.deep, report: newPlanReport(), run: o.again,
	}
}

// run migrates and prints what came of it.
func run(ctx context.Context, o *runOptions, s *streams) error {
	began := time.Now()
	came, err := o.migrate(ctx, s)
	report := came.report
	err = o.verdict(report, causeOf(ctx, err))
	if is[*interruptedError](err) && report.Run > 0 {
		err = withHint(err, "everything was noted; the same command goes on where this one stopped")
	}
	r := resultOf("run", report)
	r.skipped, r.took, r.err = came.skipped, time.Since(began), err
	r.details.Rounds, r.details.Backups = came.rounds, came.backups
	switch {
	case err == nil:
		r.next = o.verify
	case silent(err):
		r.next = o.again
	default: // the hint of the error says how to go on, and a part of the losses says nothing
		r.details.Losses = nil
	}
	return r.print(s, o.output, o.log.verbose, writeRun)
}

// verdict is err, or that the run ended well but is not done with everything that
// it was asked for.
func (o *runOptions) verdict(report *migrate.Report, err error) error {
	if err == nil && o.stage.incomplete(report.Summary) {
		return exitStatus(exitIncomplete)
	}
	return err
}

// check refuses what the command line alone says is wrong.
func (o *runOptions) check() (map[mapping.LossCode]bool, error) {
	if o.settle <= 0 {
		return nil, usagef("", "--settle %s is not above 0", o.settle)
	}
	if o.keyLife <= 0 {
		return nil, usagef("", "--key-life %s is not above 0", o.keyLife)
	}
	if err := cmp.Or(o.migrationOptions.check(), o.connect.check(o.dest), o.rounds.check(o.source), o.delete.check(), o.limit.check(o.source), o.stage.check(o), o.backup.check(), o.metrics.check()); err != nil {
		return nil, err
	}
	return o.accept.accepted(o.dest)
}

// resultOf is the result that a report tells of.
func resultOf(command string, report *migrate.Report) *result {
	return &result{
		command: command, run: report.Run, summary: report.Summary,
		details: details{
			Losses: report.Losses, Problems: report.Problems, MoreProblems: report.MoreProblems, Unused: report.Unused,
			Doubles: report.Doubles,
		},
	}
}
