package main

import (
	"cmp"
	"context"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// drawn is what a plan came to.
type drawn struct {
	plan *report.Plan // never nil; empty when an error ended it
	// unaccepted are the losses that a run would still ask about.
	unaccepted []string
	skipped    int64
}

// close removes what the plan keeps on disk.
func (d *drawn) close() { _ = d.plan.Close() } // a temporary file that stays does no harm

// planListener is told what a plan tells.
type planListener interface {
	Change(migrate.Change) error
	Conversation(migrate.PlannedConversation) error
}

// draw makes the plan.
func (o *planOptions) draw(ctx context.Context, s *streams) (d *drawn, err error) {
	d = &drawn{plan: report.NoPlan()}
	if err := o.check(); err != nil {
		return d, err
	}
	accepted, err := o.accept.accepted(o.dest)
	if err != nil {
		return d, err
	}
	m, err := o.open(ctx, s)
	if err != nil {
		return d, err
	}
	defer func() { err = cmp.Or(err, m.close()) }()
	for _, l := range mapping.Unaccepted(m.rules.AccountLosses(), accepted) {
		d.unaccepted = append(d.unaccepted, string(l.Code))
	}
	basis, err := o.basis(m)
	if err != nil {
		return d, err
	}
	ledger, err := o.state.read(basis)
	if err != nil {
		return d, err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	opts := o.engine(m, accepted)
	opts.Logger = o.log.logger(s)
	acs, disconnect, err := o.live.connect(o, s, m, ledger)
	if err != nil {
		return d, err
	}
	defer func() { err = cmp.Or(err, disconnect()) }()
	opts.Live = acs
	err = o.tell(ctx, s, m, ledger, basis, opts, d)
	d.skipped = m.src.Skipped()
	return d, err
}

// basis is what the ledger must speak of.
func (o *planOptions) basis(m *migration) (mapping.Binding, error) {
	resource, err := o.dest.knownResource()
	return m.binding(resource), err
}

// engine are the options under which a plan looks at what a run would do.
func (o *planOptions) engine(m *migration, accepted map[mapping.LossCode]bool) *migrate.Options {
	return &migrate.Options{
		Whole: o.deep || !o.source.isLive(), Selected: !o.source.selected.selection().IsAll(), MaxDelete: o.delete.percent(),
		Accept: accepted, CheckMedia: o.report.mediaCheck(o.source, m.src),
	}
}

// tell makes the plan and tells it to all who listen.
func (o *planOptions) tell(ctx context.Context, s *streams, m *migration, ledger *checkpoint.Reader, b mapping.Binding, opts *migrate.Options, d *drawn) (err error) {
	builder := report.NewBuilder(m.rules, o.report.builder(o, m, opts.CheckMedia != nil))
	listeners := []planListener{builder}
	details, err := o.details.open(s, o.output, o.log.verbose)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, details.close()) }()
	saved, err := o.save.begin(o.decided(m), b, ledger)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, saved.close()) }()
	pages, err := o.pages.beginPlan()
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, pages.close()) }()
	listeners = append(append(listeners, details.listeners()...), saved.listeners()...)
	listeners = append(listeners, pages.listeners()...)
	listeners = append(listeners, o.forecast.listeners()...)
	r, err := o.listen(ctx, s, m, ledger, opts, listeners)
	if err != nil {
		return cmp.Or(err, builder.Close())
	}
	if d.plan, err = builder.Finish(r); err != nil {
		d.plan = report.NoPlan()
		return err
	}
	if err := pages.finish(ctx, o, m, d); err != nil {
		return err
	}
	return cmp.Or(details.commit(), saved.commit())
}

// listen makes a plan under a progress bar.
func (o *planOptions) listen(ctx context.Context, s *streams, m *migration, ledger *checkpoint.Reader, opts *migrate.Options, to []planListener) (*migrate.Report, error) {
	opts.Changes = func(c migrate.Change) error {
		for _, l := range to {
			if err := l.Change(c); err != nil {
				return err
			}
		}
		return nil
	}
	opts.Planned = func(c migrate.PlannedConversation) error {
		for _, l := range to {
			if err := l.Conversation(c); err != nil {
				return err
			}
		}
		return nil
	}
	read := &meter{source: m.src}
	stop := o.progress.start(s.err, messageCount(m.src), read.read.Load)
	defer stop()
	return migrate.Plan(ctx, read, ledger, m.rules, opts)
}
