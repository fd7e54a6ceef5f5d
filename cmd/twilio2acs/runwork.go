package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/metrics"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// outcome is what a run comes to. The report is never nil; it is empty when the
// run could not begin.
type outcome struct {
	report  *migrate.Report
	skipped int64
	rounds  []round // of a repeated run
	backups *backupResult
}

// migrate does the work.
func (o *runOptions) migrate(ctx context.Context, s *streams) (came outcome, err error) {
	came.report = new(migrate.Report)
	accepted, err := o.check()
	if err != nil {
		return came, err
	}
	defer holdMemory()()
	watched, silence, err := o.metrics.open(ctx, o.log.logger(s))
	if err != nil {
		return came, err
	}
	defer func() { err = cmp.Or(err, silence()) }()
	o.source.metrics, o.connect.metrics = watched, watched
	m, err := o.open(ctx, s)
	if err != nil {
		return came, err
	}
	defer func() { err = cmp.Or(err, m.close()) }()
	if err := o.admit(m); err != nil {
		return came, err
	}
	if err := preflight(ctx, s, m.rules, accepted); err != nil {
		return came, err
	}
	if err := o.hold.check(ctx, s, o.plan(), m, accepted); err != nil {
		return came, err
	}
	o.connect.log, o.connect.sizes = o.log.logger(s), m.rules.Sizes
	to, err := o.connect.connect(o.dest)
	if err != nil {
		return came, err
	}
	defer func() { err = cmp.Or(err, to.close()) }()
	ctx, stop := to.whileWhole(ctx)
	defer stop()
	media, err := m.place.open(ctx)
	if err != nil {
		return came, err
	}
	defer func() { err = cmp.Or(err, media.close()) }()
	binding := m.binding(to.resource)
	copies, err := o.backup.open(ctx, o.state.path)
	if err != nil {
		return came, err
	}
	defer func() { err = cmp.Or(err, copies.close()) }()
	if err := o.state.admitOlder(binding, copies); err != nil {
		return came, err
	}
	ledger, err := o.state.open(binding)
	if err != nil {
		return came, err
	}
	watched.Of(ledger, messageCount(m.src))
	along, err := o.begin(ctx, s, m, to, ledger, copies)
	if err != nil {
		return came, errors.Join(err, ledger.Close())
	}
	r := o.repeat(s, m, ledger, along.teller, watched, func(opts *migrate.Options) *migrate.Engine {
		opts.Embedded, opts.Gap, opts.Accept = to.embedded, to.gap, accepted
		return migrate.New(m.src, to.acs, ledger, media.store, m.rules, opts)
	})
	came.report, err = r.run(ctx)
	err = cmp.Or(err, endRun(ledger, came.report, o.verdict(came.report, err), along))
	came.skipped, came.rounds, came.backups = m.src.Skipped(), r.kept, copies.result()
	return came, err
}

// repeat makes the rounds of a run, each with an engine of its own.
func (o *runOptions) repeat(s *streams, m *migration, ledger *checkpoint.Ledger, teller *statusTeller, watched *metrics.Set, engine func(*migrate.Options) *migrate.Engine) *rounds {
	var ends time.Time
	if o.limit.maxDuration > 0 {
		ends = time.Now().Add(o.limit.maxDuration)
	}
	return &rounds{
		ends: ends, opts: o.rounds, whole: o.deep || !o.source.isLive(),
		begin: func(deep bool, before time.Time, left time.Duration) *migrate.Engine {
			return engine(&migrate.Options{
				Only: o.limit.statuses(), Order: migrate.Order(o.stage.order.value), Stage: o.stage.value(), InboxOrder: o.stage.inboxOrder,
				MaxErrors: o.limit.maxErrors, MaxDuration: left,
				Settle: o.settle, KeyLife: o.keyLife, Whole: deep, Previous: before, MaxDelete: o.delete.percent(),
				Selected: !o.source.selected.selection().IsAll(), Logger: o.log.logger(s),
			})
		},
		carry: func(ctx context.Context, engine *migrate.Engine) (*migrate.Report, error) {
			teller.enter(phaseCarrying, engine)
			watched.Enter(engine)
			return o.carry(ctx, s, engine, messageCount(m.src))
		},
		ended: func(report *migrate.Report, err error) error {
			teller.enter(phaseWaiting, nil)
			return noteEnd(ledger, report, o.verdict(report, err))
		},
		tell: func(r round) { o.tell(s, r) },
	}
}

// carry runs the engine under a progress bar.
func (o *runOptions) carry(ctx context.Context, s *streams, engine *migrate.Engine, total int64) (*migrate.Report, error) {
	stop := o.progress.start(s.err, total, func() int64 { return engine.Stats().Messages })
	defer stop()
	report, err := engine.Run(ctx)
	return report, causeOf(ctx, err)
}

// admit refuses a ledger of another migration before anything is created.
func (o *runOptions) admit(m *migration) error {
	resource, err := o.dest.knownResource()
	if err != nil {
		return err
	}
	ledger, err := o.state.read(m.binding(resource))
	if err != nil {
		return err
	}
	return ledger.Close()
}
