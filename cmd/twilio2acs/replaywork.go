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
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
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
	account, err := o.serve(ctx, rules, o.log.logger(s))
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
		if all := came.Summary.All(); all.Failed+all.Open+all.Pending > 0 {
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

// servedAccount is a snapshot, served as Twilio, and its reader.
type servedAccount struct {
	*twiliosrc.Client
	snapshot *twiliosrc.Snapshot
	server   *fixtureserver.Server
}

// Close ends the reader first: a server waits for its connections.
func (a *servedAccount) Close() error {
	var err error
	if a.Client != nil {
		err = a.Client.Close()
	}
	return errors.Join(err, a.server.Close(), a.snapshot.Close())
}

// serve serves the snapshot, which has to be what its manifest says.
func (o *replayOptions) serve(ctx context.Context, rules mapping.Rules, log *slog.Logger) (*servedAccount, error) {
	snapshot, err := twiliosrc.OpenSnapshot(ctx, o.snapshot, nil)
	if err != nil {
		return nil, err
	}
	a := &servedAccount{snapshot: snapshot, server: fixtureserver.New(snapshot, nil)}
	if err := snapshot.Verify(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	at, err := a.server.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	sid, _ := snapshot.Account()
	credentials := twiliosrc.Credentials{AccountSID: sid, Username: string(sid), Password: "any will do"}
	a.Client, err = twiliosrc.NewClient(credentials, &twiliosrc.ClientOptions{
		BaseURL: at.URL, MCSURL: at.MCSURL, Receipts: rules.Receipts, Webhooks: true, Logger: log,
	})
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
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
