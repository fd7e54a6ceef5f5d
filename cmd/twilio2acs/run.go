package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/metrics"
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
	o.register(cmd)
	o.source.registerReport(cmd)
	o.connect.register(cmd)
	o.accept.register(cmd)
	o.state.registerAdopt(cmd)
	o.rounds.register(cmd)
	o.delete.register(cmd)
	o.limit.register(cmd)
	o.stage.register(cmd)
	o.canary.register(cmd)
	o.backup.register(cmd)
	o.metrics.register(cmd)
	o.hold.register(cmd)
	f := cmd.Flags()
	f.DurationVar(&o.settle, "settle", time.Minute, "how `long` after an open outcome a message must stay absent to count as not sent")
	f.BoolVar(&o.deep, "deep", false, "compare every message when syncing from live Twilio, not only what came last (a snapshot is always compared whole)")
	f.BoolVar(&o.dryRun, "dry-run", false, "tell what would be done, as plan does")
	describe(cmd, migrationEnvironment, exitDone, exitError, exitIncomplete, exitOwnLimit, exitOutage, exitDrift, exitLocked, exitTwilioCredentials,
		exitACSCredentials, exitTwilioUnreachable, exitACSUnreachable, exitPreflight, exitState, exitFixture, exitUsage,
		exitInterrupted, exitTerminated)
	return cmd
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

// outcome is what a run comes to. The report is never nil; it is empty when the
// run could not begin.
type outcome struct {
	report  *migrate.Report
	skipped int64
	rounds  []round // of a repeated run
	backups *backupResult
}

// migrate does the work.
func (o *runOptions) migrate(ctx context.Context, s *streams) (came outcome, err error) {
	came.report = new(migrate.Report)
	accepted, err := o.check()
	if err != nil {
		return came, err
	}
	defer holdMemory()()
	watched, silence, err := o.metrics.open(ctx, o.log.logger(s))
	if err != nil {
		return came, err
	}
	defer func() { err = cmp.Or(err, silence()) }()
	o.source.metrics, o.connect.metrics = watched, watched
	m, err := o.open(ctx, s)
	if err != nil {
		return came, err
	}
	defer func() { err = cmp.Or(err, m.close()) }()
	if err := o.admit(m); err != nil {
		return came, err
	}
	if err := preflight(ctx, s, m.rules, accepted); err != nil {
		return came, err
	}
	if err := o.hold.check(ctx, s, o.plan(), m, accepted); err != nil {
		return came, err
	}
	o.connect.log = o.log.logger(s)
	to, err := o.connect.connect(o.dest)
	if err != nil {
		return came, err
	}
	defer func() { err = cmp.Or(err, to.close()) }()
	ctx, stop := to.whileWhole(ctx)
	defer stop()
	media, err := m.place.open(ctx)
	if err != nil {
		return came, err
	}
	defer func() { err = cmp.Or(err, media.close()) }()
	binding := m.binding(to.resource)
	copies, err := o.backup.open(ctx, o.state.path)
	if err != nil {
		return came, err
	}
	defer func() { err = cmp.Or(err, copies.close()) }()
	if err := o.state.admitOlder(binding, copies); err != nil {
		return came, err
	}
	ledger, err := o.state.open(binding)
	if err != nil {
		return came, err
	}
	watched.Of(ledger, messageCount(m.src))
	along, err := o.begin(ctx, s, m, to, ledger, copies)
	if err != nil {
		return came, errors.Join(err, ledger.Close())
	}
	r := o.repeat(s, m, ledger, along.teller, watched, func(opts *migrate.Options) *migrate.Engine {
		opts.Embedded, opts.Gap, opts.Accept = to.embedded, to.gap, accepted
		return migrate.New(m.src, to.acs, ledger, media.store, m.rules, opts)
	})
	came.report, err = r.run(ctx)
	err = cmp.Or(err, endRun(ledger, came.report, o.verdict(came.report, err), along))
	came.skipped, came.rounds, came.backups = m.src.Skipped(), r.kept, copies.result()
	return came, err
}

// begin does what comes before the first write: a copy of the ledger, and a
// canary. What goes along with the run goes on until it is ended.
func (o *runOptions) begin(ctx context.Context, s *streams, m *migration, to *destination, ledger *checkpoint.Ledger, copies *backups) (*company, error) {
	log := o.log.logger(s)
	along := &company{teller: &statusTeller{
		path: statusPath(o.state.path), ledger: ledger, total: messageCount(m.src), refused: to.refused.count.Load, log: log,
	}}
	along.silence = along.teller.tell(ctx)
	var err error
	if along.finish, err = o.backup.start(ctx, copies, ledger, log); err != nil {
		along.silence()
		return nil, err
	}
	if err := o.canary.send(ctx, o.dest, to, ledger, m.rules, o.settle, log); err != nil {
		return nil, errors.Join(err, along.end())
	}
	return along, nil
}

// company is what goes along with a run: its ledger is copied, and others are told
// how it is doing.
type company struct {
	teller  *statusTeller
	silence func()
	finish  func() error
}

func (c *company) end() error {
	err := c.finish()
	c.silence()
	return err
}

// repeat makes the rounds of a run, each with an engine of its own.
func (o *runOptions) repeat(s *streams, m *migration, ledger *checkpoint.Ledger, teller *statusTeller, watched *metrics.Set, engine func(*migrate.Options) *migrate.Engine) *rounds {
	var ends time.Time
	if o.limit.maxDuration > 0 {
		ends = time.Now().Add(o.limit.maxDuration)
	}
	return &rounds{
		ends: ends, opts: o.rounds, whole: o.deep || !o.source.isLive(),
		begin: func(deep bool, before time.Time, left time.Duration) *migrate.Engine {
			return engine(&migrate.Options{
				Only: o.limit.statuses(), Order: migrate.Order(o.stage.order.value), Stage: o.stage.value(), InboxOrder: o.stage.inboxOrder,
				MaxErrors: o.limit.maxErrors, MaxDuration: left,
				Settle: o.settle, Whole: deep, Previous: before, MaxDelete: o.delete.percent(),
				Selected: !o.source.selected.selection().IsAll(), Logger: o.log.logger(s),
			})
		},
		carry: func(ctx context.Context, engine *migrate.Engine) (*migrate.Report, error) {
			teller.enter(phaseCarrying, engine)
			watched.Enter(engine)
			return o.carry(ctx, s, engine, messageCount(m.src))
		},
		ended: func(report *migrate.Report, err error) error {
			teller.enter(phaseWaiting, nil)
			return noteEnd(ledger, report, o.verdict(report, err))
		},
		tell: func(r round) { o.tell(s, r) },
	}
}

// tell prints what a round came to, as it ends.
func (o *runOptions) tell(s *streams, r round) {
	switch o.output.format.value {
	case formatJSON: // one document, at the end
	case formatJSONL:
		printLine(s.out, struct {
			Type string `json:"type"`
			round
		}{"round", r})
	default:
		writeRound(&textWriter{w: s.out, color: painter(s.color)}, r)
	}
}

// carry runs the engine under a progress bar.
func (o *runOptions) carry(ctx context.Context, s *streams, engine *migrate.Engine, total int64) (*migrate.Report, error) {
	stop := o.progress.start(s.err, total, func() int64 { return engine.Stats().Messages })
	defer stop()
	report, err := engine.Run(ctx)
	return report, causeOf(ctx, err)
}

// check refuses what the command line alone says is wrong.
func (o *runOptions) check() (map[mapping.LossCode]bool, error) {
	if o.settle <= 0 {
		return nil, usagef("", "--settle %s is not above 0", o.settle)
	}
	if err := cmp.Or(o.migrationOptions.check(), o.connect.check(o.dest), o.rounds.check(o.source), o.delete.check(), o.limit.check(o.source), o.stage.check(o), o.backup.check(), o.metrics.check()); err != nil {
		return nil, err
	}
	return o.accept.accepted(o.dest)
}

// admit refuses a ledger of another migration before anything is created.
func (o *runOptions) admit(m *migration) error {
	resource, err := o.dest.knownResource()
	if err != nil {
		return err
	}
	ledger, err := o.state.read(m.binding(resource))
	if err != nil {
		return err
	}
	return ledger.Close()
}

// endRun notes how the run ended, makes the last copy of the ledger and closes it,
// with its copy beside it. A run that left outcomes open did not end by itself as
// far as the next one is concerned.
func endRun(ledger *checkpoint.Ledger, report *migrate.Report, err error, along *company) error {
	return errors.Join(noteEnd(ledger, report, err), along.end(), ledger.CloseClean())
}

// noteEnd notes how a run ended: with err, or well.
func noteEnd(ledger *checkpoint.Ledger, report *migrate.Report, err error) error {
	if report.Run == 0 {
		return nil // it never began
	}
	return ledger.Beat(time.Now(), !report.Unsettled, exitCode(err))
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

// writeRun tells people what a run came to.
func writeRun(t *textWriter, r *result) {
	switch {
	case r.err == nil:
		t.heading("Run %d finished in %s.", r.run, shortly(r.took))
	case silent(r.err):
		t.heading("Run %d finished in %s, but not everything is done.", r.run, shortly(r.took))
	default:
		t.heading("Run %d ended early, after %s.", r.run, shortly(r.took))
	}
	t.summary(r.summary, doneWords)
	t.note(r.skipped, "damaged item was left out", "damaged items were left out")
	t.note(r.details.Unused, "identity may exist in ACS without any use: the answer to its creation was lost",
		"identities may exist in ACS without any use: the answers to their creation were lost")
	t.note(r.details.Doubles, "message that had arrived twice was deleted once", "messages that had arrived twice were deleted once each")
	if b := r.details.Backups; b != nil && b.Latest != nil {
		t.printf("  the ledger was copied to %s as %s\n", b.Place, b.Latest.File)
		t.note(b.Failed, "copy of the ledger failed", "copies of the ledger failed")
	}
	t.losses(r.details.Losses)
	t.problems(r.details.Problems, r.details.MoreProblems)
	t.next(r.next)
}

// writeRound tells people what a round of a repeated run came to.
func writeRound(t *textWriter, r round) {
	kind := "quick"
	if r.Deep {
		kind = "deep"
	}
	t.printf("run %d (%s)  +%d ~%d -%d in %s, lag %s\n", r.Run, kind, r.Created, r.Updated, r.Deleted,
		shortly(seconds(r.Seconds)), shortly(seconds(r.LagSeconds)))
	if r.Error != "" {
		t.printf("  %s\n", r.Error)
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
