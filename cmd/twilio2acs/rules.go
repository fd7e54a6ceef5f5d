package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// ruleOptions are the policies: what of a conversation is written to ACS, and how.
// Every command that maps takes the same ones, so that what one of them shows is
// what another does.
type ruleOptions struct {
	addresses choice

	flags []*pflag.Flag // of all of them
}

func (o *ruleOptions) register(cmd *cobra.Command) { o.flags = added(cmd, o.registerAll) }

func (o *ruleOptions) registerAll(cmd *cobra.Command) {
	choose(cmd, &o.addresses, "addresses", "", "whether phone numbers and e-mail addresses may stand in ACS metadata and names",
		string(mapping.AddressesMask), string(mapping.AddressesKeep))
}

// rules are those that the policies come to, for files that are named by template,
// and for a source that gives delivery receipts or does not.
func (o *ruleOptions) rules(template string, receipts bool) (mapping.Rules, error) {
	r := mapping.Rules{Addresses: mapping.AddressPolicy(o.addresses.value), MediaURL: template, Receipts: receipts}
	if err := r.Validate(); err != nil {
		return mapping.Rules{}, &usageError{err: err}
	}
	return r, nil
}

// told are the policies as a plan tells them.
func (o *ruleOptions) told() []report.Policy {
	var policies []report.Policy
	for _, f := range o.flags {
		policies = append(policies, report.Policy{Name: f.Name, Value: f.Value.String()})
	}
	return policies
}
