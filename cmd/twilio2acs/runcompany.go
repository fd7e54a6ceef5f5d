package main

import (
	"context"
	"errors"
	"time"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// begin does what comes before the first write: a copy of the ledger, and a
// canary. What goes along with the run goes on until it is ended.
func (o *runOptions) begin(ctx context.Context, s *streams, m *migration, to *destination, ledger *checkpoint.Ledger, copies *backups) (*company, error) {
	log := o.log.logger(s)
	along := &company{teller: &statusTeller{
		path: statusPath(o.state.path), ledger: ledger, total: messageCount(m.src), refused: to.refused.count.Load, log: log,
	}}
	along.silence = along.teller.tell(ctx)
	var err error
	if along.finish, err = o.backup.start(ctx, copies, ledger, log); err != nil {
		along.silence()
		return nil, err
	}
	if err := o.canary.send(ctx, o.dest, to, ledger, m.rules, o.settle, log); err != nil {
		return nil, errors.Join(err, along.end())
	}
	return along, nil
}

// company is what goes along with a run: its ledger is copied, and others are told
// how it is doing.
type company struct {
	teller  *statusTeller
	silence func()
	finish  func() error
}

func (c *company) end() error {
	err := c.finish()
	c.silence()
	return err
}

// endRun notes how the run ended, makes the last copy of the ledger and closes it,
// with its copy beside it. A run that left outcomes open did not end by itself as
// far as the next one is concerned.
func endRun(ledger *checkpoint.Ledger, report *migrate.Report, err error, along *company) error {
	return errors.Join(noteEnd(ledger, report, err), along.end(), ledger.CloseClean())
}

// noteEnd notes how a run ended: with err, or well.
func noteEnd(ledger *checkpoint.Ledger, report *migrate.Report, err error) error {
	if report.Run == 0 {
		return nil // it never began
	}
	return ledger.Beat(time.Now(), !report.Unsettled, exitCode(err))
}
