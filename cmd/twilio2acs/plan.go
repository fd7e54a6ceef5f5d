package main

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// planOptions are those of plan.
type planOptions struct {
	migrationOptions
	accept           acceptOptions
	delete           deleteOptions
	deep             bool
	detailedExitcode bool

	run string // the command that does what is planned
}

func newPlanCommand(s *streams) *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan --source twilio|DIR --dest acs|local:DIR",
		Short: "Tell what run would do, and write nothing",
		Long: `Plan reads the source and the ledger and tells what a run with the same flags
would create, what ACS cannot carry natively, and what would be blocked. It
writes nothing: no thread, no file, no ledger. It does not talk to ACS.`,
		Example: `  twilio2acs plan --source testdata/snapshots/contoso --dest local:out`,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.run = suggest(cmd, "run")
			return plan(cmd.Context(), &o, s)
		},
	}
	o.register(cmd)
	o.source.registerReport(cmd)
	o.accept.register(cmd)
	o.state.registerAdopt(cmd)
	o.delete.register(cmd)
	cmd.Flags().BoolVar(&o.deep, "deep", false, "compare every message when syncing from live Twilio, not only what came last (a snapshot is always compared whole)")
	registerDetailedExitcode(cmd, &o.detailedExitcode)
	describe(cmd, migrationEnvironment, exitDone, exitError, exitChanges, exitIncomplete, exitOutage, exitLocked, exitTwilioCredentials,
		exitACSCredentials, exitTwilioUnreachable, exitState, exitFixture, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

func registerDetailedExitcode(cmd *cobra.Command, value *bool) {
	cmd.Flags().BoolVar(value, "detailed-exitcode", false, "exit with 2 when Twilio holds what has not been carried over")
}

// plan prints what a run would do.
func plan(ctx context.Context, o *planOptions, s *streams) error {
	began := time.Now()
	report, unaccepted, skipped, err := o.draw(ctx, s)
	err = causeOf(ctx, err)
	if err == nil {
		err = o.status(report.Summary)
	}
	r := resultOf("plan", report)
	r.skipped, r.took, r.err, r.next = skipped, time.Since(began), err, o.run
	if len(unaccepted) > 0 {
		r.next = o.run + " --accept " + strings.Join(unaccepted, ",")
	}
	return r.print(s, o.output, o.log.verbose, writePlan)
}

// status is the exit code that a plan has besides its result.
func (o *planOptions) status(sum migrate.Summary) error {
	all := sum.All()
	switch {
	case isStuck(all):
		return exitStatus(exitIncomplete)
	case all.Created+all.Updated+all.Deleted+all.Pending > 0 && o.detailedExitcode:
		return exitStatus(exitChanges)
	}
	return nil
}

// draw makes the plan. The report is never nil. Unaccepted are the losses that a
// run would still ask about.
func (o *planOptions) draw(ctx context.Context, s *streams) (report *migrate.Report, unaccepted []string, skipped int64, err error) {
	report = new(migrate.Report)
	if err := cmp.Or(o.check(), o.delete.check()); err != nil {
		return report, nil, 0, err
	}
	accepted, err := o.accept.accepted(o.dest)
	if err != nil {
		return report, nil, 0, err
	}
	m, err := o.open(ctx, s)
	if err != nil {
		return report, nil, 0, err
	}
	defer func() { err = cmp.Or(err, m.close()) }()
	for _, l := range mapping.Unaccepted(m.rules.AccountLosses(), accepted) {
		unaccepted = append(unaccepted, string(l.Code))
	}
	resource, err := o.dest.knownResource()
	if err != nil {
		return report, nil, 0, err
	}
	ledger, err := o.state.read(m.binding(resource))
	if err != nil {
		return report, nil, 0, err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	read := &meter{source: m.src}
	stop := o.progress.start(s.err, messageCount(m.src), read.read.Load)
	defer stop()
	made, err := migrate.Plan(ctx, read, ledger, m.rules, &migrate.Options{
		Whole: o.deep || !o.source.isLive(), Selected: !o.source.selected.selection().IsAll(), MaxDelete: o.delete.percent(),
		Accept: accepted, Logger: o.log.logger(s),
	})
	if err != nil {
		return report, unaccepted, m.src.Skipped(), err
	}
	return made, unaccepted, m.src.Skipped(), nil
}

// writePlan tells people what a run would do.
func writePlan(t *textWriter, r *result) {
	t.heading("Plan: nothing was written.")
	t.summary(r.summary, planWords)
	t.note(r.skipped, "damaged item is left out", "damaged items are left out")
	t.losses(r.details.Losses)
	t.problems(r.details.Problems, r.details.MoreProblems)
	t.next(r.next)
}
