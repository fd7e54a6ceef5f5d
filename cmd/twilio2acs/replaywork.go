package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// goldens are the golden files that a replay is held against, or that it writes.
type goldens interface {
	// take takes over one document of the result.
	take(report.GoldenDocument) error
	// end takes over that there are no more.
	end() error
	Close() error
}

// replay does the work and tells p what it finds.
func (o *replayOptions) replay(ctx context.Context, s *streams, p *replayPrinter) (err error) {
	rules, err := o.rules()
	if err := cmp.Or(o.check(), err); err != nil {
		return err
	}
	golden, err := o.open(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, golden.Close()) }()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	account, err := serve(ctx, o.snapshot, rules, func(err error) { stop(&damagedSnapshotError{err}) }, o.log.logger(s))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, account.Close()) }()
	dir, err := os.MkdirTemp("", "twilio2acs-replay-")
	if err != nil {
		return fmt.Errorf("make room for the replay: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return o.migrate(ctx, account, dir, rules, o.log.logger(s), func(back *report.GoldenReader, came *migrate.Report) error {
		p.report = came
		if isUnfinished(came.Summary) {
			return exitStatus(exitIncomplete)
		}
		for doc, err := range back.Documents(ctx, came) {
			if err := cmp.Or(err, golden.take(doc)); err != nil {
				return err
			}
		}
		return golden.end()
	})
}

// migrate carries the account into an embedded ACS in dir and has then read what
// stands there.
func (o *replayOptions) migrate(ctx context.Context, account *servedAccount, dir string, rules mapping.Rules, log *slog.Logger, then func(*report.GoldenReader, *migrate.Report) error) (err error) {
	connect := connectOptions{log: log}
	to, err := connect.embed(filepath.Join(dir, "acs"), pace{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	ctx, stop := to.whileWhole(ctx)
	defer stop()
	place := mediaPlace{template: rules.MediaURL}
	var stored fs.FS
	if rules.MediaURL != "" {
		place.dir = filepath.Join(dir, "media")
		stored = os.DirFS(place.dir)
	}
	media, err := place.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, media.close()) }()
	sid, region := account.Account()
	ledger, err := checkpoint.Open(filepath.Join(dir, defaultState), binding(sid, region, to.resource, place, rules), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close()) }()
	accept, err := mapping.Acceptable([]string{mapping.AcceptAll})
	if err != nil {
		return err
	}
	engine := migrate.New(account.Client, to.acs, ledger, media.store, rules, &migrate.Options{
		Embedded: to.embedded, Gap: to.gap, Accept: accept, Logger: log,
	})
	came, err := engine.Run(ctx)
	if err != nil {
		return causeOf(ctx, err)
	}
	back := &report.GoldenReader{ACS: to.acs, Ledger: ledger, Files: stored, Policies: o.told(rules)}
	return causeOf(ctx, then(back, came))
}

// isUnfinished reports whether a migration came to less than it would another time.
// What is blocked, and a file that Twilio has no more, are so every time.
func isUnfinished(s migrate.Summary) bool {
	s.Media.Failed = 0
	all := s.All()
	return all.Failed+all.Open+all.Pending > 0
}
