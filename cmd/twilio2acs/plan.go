package main

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// planOptions are those of plan.
type planOptions struct {
	migrationOptions
	accept           acceptOptions
	delete           deleteOptions
	deep             bool
	detailedExitcode bool
	report           planReportOptions
	details          detailsOptions
	live             liveOptions
	save             saveOptions
	forecast         forecastOptions
	pages            pageOptions

	run string // the command that does what is planned
}

func newPlanCommand(s *streams) *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan --source twilio|DIR --dest acs|local:DIR",
		Short: "Tell what run would do, and write nothing",
		Long: `Plan reads the source and the ledger and tells what a run with the same flags
would create, change and delete, what ACS cannot carry natively, what would be
blocked, and what it would take in time and money. It writes nothing: no thread,
no file of the migration, no ledger. It does not talk to ACS, but for reading with
--live.

Lines begin with + for what is created, ~ changed, - deleted, = left as it is and
! for what cannot be carried. The screen shows the first of them; --details and
-o jsonl have every one. The form of -o json and -o jsonl is told by
"twilio2acs schema plan".

Fidelity is the share of the fields of everything in Twilio that stands in ACS
itself, natively or as metadata. The rest is kept beside it or lost.`,
		Example: `  twilio2acs plan --source testdata/snapshots/contoso --dest local:out
  twilio2acs plan --source twilio --dest acs --media azblob:https://… --check-media --save plan.jsonl
  twilio2acs run --plan plan.jsonl --source twilio --dest acs --media azblob:https://…`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.run = suggest(cmd, "run")
			if o.save.path != "" {
				o.run = suggest(cmd, "run", "--plan", shellWord(o.save.path))
			}
			return plan(cmd.Context(), &o, s)
		},
	}
	o.register(cmd)
	o.source.registerReport(cmd)
	o.accept.register(cmd)
	o.state.registerAdopt(cmd)
	o.delete.register(cmd)
	cmd.Flags().BoolVar(&o.deep, "deep", false, "compare every message when syncing from live Twilio, not only what came last (a snapshot is always compared whole)")
	o.report.register(cmd)
	o.details.register(cmd)
	o.live.register(cmd)
	o.save.register(cmd)
	o.forecast.register(cmd)
	o.pages.register(cmd)
	registerDetailedExitcode(cmd, &o.detailedExitcode)
	describe(cmd, migrationEnvironment, exitDone, exitError, exitChanges, exitIncomplete, exitOutage, exitLocked, exitTwilioCredentials,
		exitACSCredentials, exitTwilioUnreachable, exitACSUnreachable, exitPreflight, exitState, exitFixture, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

func registerDetailedExitcode(cmd *cobra.Command, value *bool) {
	cmd.Flags().BoolVar(value, "detailed-exitcode", false, "exit with 2 when Twilio holds what has not been carried over")
}

// check refuses what the command line alone says is wrong.
func (o *planOptions) check() error {
	return cmp.Or(o.migrationOptions.check(), o.delete.check(), o.report.check(), o.live.check(o.dest, o.forecast.wanted))
}

// plan prints what a run would do.
func plan(ctx context.Context, o *planOptions, s *streams) error {
	began := time.Now()
	d, err := o.draw(ctx, s)
	defer d.close()
	err = causeOf(ctx, err)
	if err == nil {
		err = o.status(d.plan)
	}
	var forecast *forecastDocument
	if err == nil || silent(err) {
		forecast = o.forecast.predict(o.live.with.limits)
	}
	r := planResult{
		planDocument: planDocument{
			head: headOf("plan"), Plan: d.plan, Forecast: forecast, Exit: exitCode(err), Error: failureOf(err),
			ReadAt: began.UTC().Truncate(time.Second), Moving: o.source.isLive(),
			Skipped: d.skipped, Seconds: time.Since(began).Round(time.Millisecond).Seconds(),
		},
		live: o.live.on, next: o.run, err: err,
	}
	if len(d.unaccepted) > 0 {
		r.next = o.run + " --accept " + strings.Join(d.unaccepted, ",")
	}
	return r.print(s, o.output, o.log.verbose)
}

// status is the exit code that a plan has besides its result.
func (o *planOptions) status(p *report.Plan) error {
	all := p.Summary.All()
	switch {
	case p.Fidelity.Percent < o.report.minFidelity:
		return &fidelityError{p.Fidelity.Percent, o.report.minFidelity}
	case isStuck(all):
		return exitStatus(exitIncomplete)
	case changes(all) && o.detailedExitcode:
		return exitStatus(exitChanges)
	}
	return nil
}

// changes reports whether a run would have something to do.
func changes(t migrate.Tally) bool { return t.Created+t.Updated+t.Deleted+t.Pending > 0 }
