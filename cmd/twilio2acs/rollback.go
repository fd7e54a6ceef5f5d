package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// rollbackOptions are those of rollback.
type rollbackOptions struct {
	dest          destinationOptions
	connect       connectOptions
	state         stateOptions
	conversations []string
	yes           bool
	includeUsed   bool
	deleteMedia   bool
	inventory     string // empty for a name of its own
	settle        time.Duration
	log           logOptions
	progress      progressOptions
	output        outputOptions

	again string // this very command, without --yes
}

func newRollbackCommand(s *streams) *cobra.Command {
	var o rollbackOptions
	cmd := &cobra.Command{
		Use:   "rollback --dest acs|local:DIR",
		Short: "Delete from ACS what runs have created",
		Long: `Rollback deletes from ACS what the ledger proves that runs have created: threads
first, then the users whom no remaining thread needs. Nothing brings them back.
By itself it reads every thread and tells what it would delete. With --yes, or once
somebody at the terminal has confirmed it, it does so: what ACS holds of a thread is
first written to the inventory, a file of JSON Lines.

A thread stays that people have used since, in which they wrote, changed something
or joined, unless --include-used is said. Stored files stay unless --delete-media is
said. Interrupted, the same command goes on; a run after it begins anew with what
was deleted. Neither Twilio nor a snapshot is needed.`,
		Example: `  twilio2acs rollback --dest local:out
  twilio2acs rollback --dest local:out --conversation CH… --yes`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.again = suggest(cmd, "rollback")
			return rollback(cmd.Context(), &o, s)
		},
	}
	o.dest.register(cmd)
	o.connect.register(cmd)
	o.state.register(cmd)
	o.state.registerAdopt(cmd)
	o.registerOwn(cmd)
	o.log.register(cmd)
	o.progress.register(cmd)
	o.output.register(cmd)
	describe(cmd, destinationEnvironment, exitDone, exitError, exitIncomplete, exitOutage, exitLocked, exitACSCredentials,
		exitACSUnreachable, exitState, exitUsage, exitInterrupted, exitTerminated)
	return cmd
}

// registerOwn adds the flags that no other command has.
func (o *rollbackOptions) registerOwn(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&o.conversations, "conversation", nil, "what became of these conversations only, by `SID`")
	f.BoolVar(&o.yes, "yes", false, "delete, instead of telling what would be deleted")
	f.BoolVar(&o.includeUsed, "include-used", false, "delete threads that people have used since, too, with all that they wrote there")
	f.BoolVar(&o.deleteMedia, "delete-media", false, "delete stored files and sidecars of the conversations, too")
	f.StringVar(&o.inventory, "inventory", "", "the new `file` for what ACS held of the threads (default: named after the ledger and the time)")
	f.DurationVar(&o.settle, "settle", time.Minute, "how long a request of a run that was killed may still be under way")
}

// rollback deletes, or tells what it would delete.
func rollback(ctx context.Context, o *rollbackOptions, s *streams) error {
	w, err := o.open(ctx, s)
	if err != nil {
		return o.print(s, o.result(undone{}, causeOf(ctx, err)))
	}
	var came undone
	if !o.yes {
		came, err = w.plan(ctx)
		if perr := o.print(s, o.result(came, causeOf(ctx, err))); perr != nil {
			return w.close(perr)
		}
		sure, err := o.confirm(ctx, s, came.report.Summary)
		if err != nil || !sure {
			return w.close(err)
		}
	}
	came, err = w.delete(ctx)
	return o.print(s, o.result(came, causeOf(ctx, w.close(err))))
}

// print prints a result.
func (o *rollbackOptions) print(s *streams, r *result) error {
	return r.print(s, o.output, o.log.verbose, writeRollback)
}

// undone is what a rollback came to, or the plan of one.
type undone struct {
	report    *migrate.RollbackReport // nil when it could not begin
	dry       bool
	inventory string
	took      time.Duration
}

// result is what is printed.
func (o *rollbackOptions) result(came undone, err error) *result {
	report := came.report
	if report == nil {
		report = new(migrate.RollbackReport)
	}
	if err == nil && !came.dry && report.Summary.Incomplete() {
		err = exitStatus(exitIncomplete)
	}
	if is[*interruptedError](err) && !came.dry && came.report != nil {
		err = withHint(err, "everything was noted; the same command goes on where this one stopped")
	}
	r := &result{
		command: "rollback", run: report.Run, summary: report.Summary, took: came.took, err: err,
		details: details{
			Problems: report.Problems, MoreProblems: report.MoreProblems, Unused: report.Unused, Foreign: report.Foreign,
			DryRun: came.dry, Inventory: came.inventory, Used: report.Used, Unknown: report.Unknown,
		},
	}
	all := report.Summary.All()
	switch {
	case err == nil && came.dry && all.Deleted > 0:
		r.next = o.again + " --yes"
	case err == nil && came.dry && report.Used > 0, silent(err) && report.Used > 0:
		r.next = o.again + " --include-used --yes"
	case silent(err) && all.Failed > 0:
		r.next = o.again + " --yes"
	}
	return r
}
