package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// The values of --canary.
const (
	canaryAuto   = "auto"
	canaryAlways = "always"
	canaryNever  = "never"
)

// canaryOptions say whether a run first tries out ACS.
type canaryOptions struct{ mode choice }

func (o *canaryOptions) register(cmd *cobra.Command) {
	choose(cmd, &o.mode, "canary", "", "whether to begin with a throw-away thread that shows whether ACS keeps what it is given; auto does so with --dest acs",
		canaryAuto, canaryAlways, canaryNever)
}

// send sends the canary, if one is wanted. Nothing else has been written by then.
func (o *canaryOptions) send(ctx context.Context, dest destinationOptions, to *destination, ledger *checkpoint.Ledger, rules mapping.Rules, settle time.Duration, log *slog.Logger) error {
	if o.mode.value == canaryNever || o.mode.value == canaryAuto && dest.isLocal() {
		return nil
	}
	log.Debug("trying ACS out with a throw-away thread")
	return migrate.TryACS(ctx, to.acs, ledger, rules, &migrate.Options{Settle: settle, Logger: log})
}
