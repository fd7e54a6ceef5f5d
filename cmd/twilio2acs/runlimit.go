package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// runLimitOptions say what a run takes up and when it stops by itself.
type runLimitOptions struct {
	only        choice
	maxErrors   int
	maxDuration time.Duration
}

func (o *runLimitOptions) register(cmd *cobra.Command) {
	choose(cmd, &o.only, "only", "", "take up only conversations that the ledger says are failed, blocked or open", onlyAll,
		string(mapping.StatusFailed), string(mapping.StatusBlocked), string(mapping.StatusOpen))
	f := cmd.Flags()
	f.IntVar(&o.maxErrors, "max-errors", 0, "stop once more than `N` conversations have failed; 0 means never")
	f.DurationVar(&o.maxDuration, "max-duration", 0, "stop cleanly after so long; the same command goes on")
}

// onlyAll is the value of --only that leaves nothing out.
const onlyAll = "all"

func (o *runLimitOptions) check(source sourceOptions) error {
	switch {
	case o.only.value != onlyAll && !source.selected.selection().IsAll():
		return usagef("leave one of them out", "--only goes by the ledger: it cannot choose conversations by what the source says as well")
	case o.maxErrors < 0:
		return usagef("", "--max-errors %d is negative", o.maxErrors)
	case o.maxDuration < 0:
		return usagef("", "--max-duration %s is negative", o.maxDuration)
	}
	return nil
}

// statuses are those to be taken up, none for all.
func (o *runLimitOptions) statuses() []mapping.Status {
	if o.only.value == onlyAll {
		return nil
	}
	return []mapping.Status{mapping.Status(o.only.value)}
}
