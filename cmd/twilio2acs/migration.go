package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// migrationOptions are what run, plan and verify agree on: from where to where,
// under which rules, and by which ledger.
type migrationOptions struct {
	source   sourceOptions
	dest     destinationOptions
	media    mediaOptions
	policies ruleOptions
	state    stateOptions
	log      logOptions
	progress progressOptions
	output   outputOptions
}

func (o *migrationOptions) register(cmd *cobra.Command) {
	o.source.register(cmd)
	o.dest.register(cmd)
	o.media.register(cmd)
	o.policies.register(cmd)
	o.state.register(cmd)
	o.log.register(cmd)
	o.progress.register(cmd)
	o.output.register(cmd)
}

// migration is what the options come to.
type migration struct {
	src   source
	place mediaPlace
	rules mapping.Rules
}

// check refuses what the command line alone says is wrong.
func (o *migrationOptions) check() error { return cmp.Or(o.source.check(), o.dest.check()) }

// open opens the source. It writes nothing.
func (o *migrationOptions) open(ctx context.Context, s *streams) (*migration, error) {
	place, err := o.media.place(o.dest)
	if err != nil {
		return nil, err
	}
	rules, err := o.policies.rules(place.template, o.source.wantsReceipts())
	if err != nil {
		return nil, err
	}
	src, err := o.source.open(ctx, o.log.logger(s))
	if err != nil {
		return nil, err
	}
	return &migration{src: src, place: place, rules: rules}, nil
}

// binding is what the ledger must speak of. Resource is empty where it is not known.
func (m *migration) binding(resource string) mapping.Binding {
	account, region := m.src.Account()
	return binding(account, region, resource, m.place, m.rules)
}

func (m *migration) close() error { return closeSource(m.src) }
