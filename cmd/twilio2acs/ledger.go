package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

const defaultState = "twilio2acs.db"

// stateOptions say where the ledger is.
type stateOptions struct {
	path  string
	adopt bool
}

func (o *stateOptions) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.path, "state", defaultState, "the ledger `file`: what is done, and which ID became which")
}

func (o *stateOptions) registerAdopt(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.adopt, "adopt-state", false, "take over a ledger of another machine, where no run may go on any more, of an older version, or older than a copy of it")
}

// binding is what a ledger must speak of to be used.
func binding(account mapping.AccountSID, region, resource string, place mediaPlace, rules mapping.Rules) mapping.Binding {
	return mapping.Binding{
		Account: account, Region: region, Resource: resource,
		Media: place.root(), Rules: rules.Fingerprint(), Machine: machine(),
	}
}

// machine is what a ledger knows this machine by. It is empty for one without a
// name: the ledger then fits all of them.
func machine() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// open opens the ledger for a run.
func (o stateOptions) open(b mapping.Binding) (*checkpoint.Ledger, error) {
	l, err := checkpoint.Open(o.path, b, &checkpoint.Options{AdoptMachine: o.adopt, AdoptMapping: o.adopt})
	return l, adoptHint(err)
}

// read opens the ledger for reading. One that is there must speak of b.
func (o stateOptions) read(b mapping.Binding) (*checkpoint.Reader, error) {
	r, err := checkpoint.OpenReader(o.path, nil)
	if err != nil {
		return nil, err
	}
	if err := o.admit(r, b); err != nil {
		_ = r.Close() // the mismatch says more
		return nil, err
	}
	return r, nil
}

// admit refuses a ledger that speaks of something else than b, as far as b is
// known: an empty Resource stands for whichever it is.
func (o stateOptions) admit(r *checkpoint.Reader, b mapping.Binding) error {
	if b.Resource == "" {
		b.Resource = r.Binding().Resource
	}
	if o.adopt {
		b.Machine = r.Binding().Machine
		if mapping.OlderFingerprint(r.Binding().Rules, b.Rules) {
			b.Rules = r.Binding().Rules
		}
	}
	return adoptHint(r.CheckBinding(b))
}

// readExisting opens a ledger that must be there, whatever it speaks of.
func (o stateOptions) readExisting() (*checkpoint.Reader, error) {
	r, err := checkpoint.OpenReader(o.path, nil)
	switch {
	case is[*checkpoint.LockedError](err):
		return nil, withHint(err, "a run is going on with it: ask again once that has ended")
	case err != nil:
		return nil, err
	case !r.Exists():
		return nil, o.nothing()
	}
	return r, nil
}

// nothing is the error of a command that needs a ledger where there is none.
func (o stateOptions) nothing() error {
	return withHint(fmt.Errorf("open checkpoint %s: nothing has been recorded there", o.path),
		"name the ledger of a run with --state, or run first")
}

// adoptHint names the flag that takes over a ledger of another machine, or of an
// older version of the mapping.
func adoptHint(err error) error {
	var mismatch *checkpoint.BindingError
	switch {
	case !errors.As(err, &mismatch):
		return err
	case mismatch.Moved():
		return withHint(err, "go on where it was written; once no run can go on there any more, take it over with --adopt-state")
	case mismatch.Older():
		return withHint(err, "finish with the version of twilio2acs that wrote it; or take it over with --adopt-state: "+
			"what it wrote is then compared and brought up to date")
	}
	return err
}
