package main

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// liveOptions say whether a plan reads the destination.
type liveOptions struct {
	on    bool
	with  connectOptions
	flags []*pflag.Flag // that say how
}

func (o *liveOptions) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.on, "live", false, "read from ACS what stands there of items that change, instead of going by the ledger alone")
	o.flags = added(cmd, o.with.register)
}

// check refuses what the command line alone says is wrong.
// An estimate goes by the rates alone.
func (o *liveOptions) check(dest destinationOptions, estimate bool) error {
	if o.on {
		return o.with.check(dest)
	}
	if estimate {
		if err := o.with.limits.checkRates(); err != nil {
			return err
		}
	}
	for _, f := range o.flags {
		if f.Changed && !(estimate && isRate(f.Name)) {
			return usagef("give --live as well, or leave it out", "--%s says how to talk to ACS, which a plan does not without --live", f.Name)
		}
	}
	return nil
}

// connect opens the destination for reading: what it returns has nothing that
// could write. It is nil where nobody asked for it, or where there is nothing yet.
func (o *liveOptions) connect(plan *planOptions, s *streams, m *migration, ledger *checkpoint.Reader) (acs migrate.VerifyACS, disconnect func() error, err error) {
	if dir, ok := plan.dest.localDir(); !o.on || ok && !hasEmbedded(dir) {
		return nil, nothingToClose, nil
	}
	o.with.reads, o.with.log = true, plan.log.logger(s)
	to, err := o.with.connect(plan.dest)
	if err != nil {
		return nil, nil, err
	}
	if err := plan.state.admit(ledger, m.binding(to.resource)); err != nil {
		return nil, nil, errors.Join(err, to.close())
	}
	return to.acs, to.close, nil
}
