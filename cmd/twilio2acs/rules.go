package main

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// ruleOptions are the policies: what of a conversation is written to ACS, and how.
// Every command that maps takes the same ones, so that what one of them shows is
// what another does.
type ruleOptions struct {
	addresses    choice
	overLimit    choice
	external     choice
	displayNames choice
	closed       choice
	originalTime choice
	retention    retention
	sizes        sizeOptions
	expressions  expressionOptions

	flags []*pflag.Flag // of all of them but the sizes and the expressions
}

func (o *ruleOptions) register(cmd *cobra.Command) {
	o.flags = added(cmd, o.registerAll)
	o.sizes.register(cmd)
	o.expressions.register(cmd)
}

func (o *ruleOptions) registerAll(cmd *cobra.Command) {
	choose(cmd, &o.addresses, "addresses", "", "whether phone numbers and e-mail addresses may stand in ACS metadata and names",
		string(mapping.AddressesMask), string(mapping.AddressesKeep))
	choose(cmd, &o.overLimit, "over-limit", "", "what becomes of a conversation with more than 250 people; recent keeps the 249 who joined last as members",
		string(mapping.OverLimitBlock), string(mapping.OverLimitRecent))
	choose(cmd, &o.external, "external", "", "what becomes of a conversation with SMS, WhatsApp or e-mail participants; history-only leaves nobody in it, so that nobody can write",
		string(mapping.ExternalPlaceholder), string(mapping.ExternalHistoryOnly), string(mapping.ExternalSkip))
	choose(cmd, &o.displayNames, "display-names", "", "how a user without a friendly name is shown; neutral is like User 7QX2MA",
		string(mapping.DisplayNamesIdentity), string(mapping.DisplayNamesNeutral))
	choose(cmd, &o.closed, "closed", "", "what becomes of a closed conversation; read-only leaves nobody in it, so that nobody can write",
		string(mapping.ClosedMigrate), string(mapping.ClosedSkip), string(mapping.ClosedReadOnly))
	choose(cmd, &o.originalTime, "original-time", "", "whether readers see when a message was written; prefix begins its text with [2024-03-05 14:07 UTC], none shows the day of the migration only",
		string(mapping.OriginalTimeNone), string(mapping.OriginalTimePrefix))
	cmd.Flags().Var(&o.retention, "retention", "none, or the `days` (30 to 90) after which ACS deletes a thread with its whole history, counted from the migration")
}

// rules are those that the policies come to, for files that are named by template,
// and for a source that gives delivery receipts or does not.
func (o *ruleOptions) rules(template string, receipts bool) (mapping.Rules, error) {
	r := mapping.Rules{
		MediaURL:      template,
		Receipts:      receipts,
		Addresses:     mapping.AddressPolicy(o.addresses.value),
		OverLimit:     mapping.OverLimitPolicy(o.overLimit.value),
		External:      mapping.ExternalPolicy(o.external.value),
		DisplayNames:  mapping.DisplayNamePolicy(o.displayNames.value),
		Closed:        mapping.ClosedPolicy(o.closed.value),
		OriginalTime:  mapping.OriginalTimePolicy(o.originalTime.value),
		RetentionDays: int(o.retention),
		Sizes:         o.sizes.sizes(),
		Expressions:   o.expressions.expressions(),
	}
	if err := r.Validate(); err != nil {
		return mapping.Rules{}, &usageError{err: err}
	}
	return r, nil
}

// told are the policies as a plan tells them, sizes where they are not the usual ones
// and expressions where there are any.
func (o *ruleOptions) told() []report.Policy {
	var policies []report.Policy
	for _, f := range slices.Concat(o.flags, o.sizes.changed(), o.expressions.given()) {
		policies = append(policies, report.Policy{Name: f.Name, Value: f.Value.String()})
	}
	return policies
}
