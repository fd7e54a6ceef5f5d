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
	log := o.log.logger(s)
	account, err := serveSnapshot(ctx, o.snapshot, func(err error) { stop(&damagedSnapshotError{err}) }, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, account.Close()) }()
	dir, err := os.MkdirTemp("", "twilio2acs-replay-")
	if err != nil {
		return withHint(fmt.Errorf("make room for the replay: %w", err), "name a folder that can be written, and has room, with TMPDIR")
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	r := &rehearsal{account: account, rules: rules, dir: dir, log: log}
	return r.run(ctx, func(ctx context.Context, back *report.GoldenReader, came *migrate.Report) error {
		p.report = came
		if isUnfinished(came.Summary) {
			return exitStatus(exitIncomplete)
		}
		back.Policies = o.told()
		return takeOver(ctx, back, came, golden)
	})
}

// takeOver has golden take over everything that is read back.
func takeOver(ctx context.Context, back *report.GoldenReader, came *migrate.Report, golden goldens) error {
	for doc, err := range back.Documents(ctx, came) {
		if err != nil {
			return err
		}
		if err := golden.take(doc); err != nil {
			return err
		}
	}
	return golden.end()
}

// isUnfinished reports whether a migration came to less than it would another time.
// What is blocked, and a file that Twilio has no more, are so every time.
func isUnfinished(s migrate.Summary) bool {
	s.Media.Failed = 0
	all := s.All()
	return all.Failed+all.Open+all.Pending > 0
}

// rehearsal is a migration of a served account into an embedded ACS.
type rehearsal struct {
	account *servedAccount
	rules   mapping.Rules
	dir     string // holds all that comes of it
	log     *slog.Logger
}

// run migrates, and then has done what is to be done with the result as long as it
// is there.
func (r *rehearsal) run(ctx context.Context, then func(context.Context, *report.GoldenReader, *migrate.Report) error) (err error) {
	connect := connectOptions{log: r.log, sizes: r.rules.Sizes}
	to, err := connect.embed(filepath.Join(r.dir, "acs"), pace{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	ctx, stop := to.whileWhole(ctx)
	defer stop()
	place, stored := r.media()
	media, err := place.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, media.close()) }()
	sid, region := r.account.Account()
	ledger, err := checkpoint.Open(filepath.Join(r.dir, defaultState), binding(sid, region, to.resource, place, r.rules), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ledger.Close()) }()
	came, err := r.migrate(ctx, to, ledger, media)
	if err == nil {
		err = then(ctx, &report.GoldenReader{ACS: to.acs, Ledger: ledger, Files: stored}, came)
	}
	return causeOf(ctx, err)
}

// media is where files go, and how they are read again; nil if the rules know no
// media store.
func (r *rehearsal) media() (mediaPlace, fs.FS) {
	if r.rules.MediaURL == "" {
		return mediaPlace{}, nil
	}
	dir := filepath.Join(r.dir, "media")
	return mediaPlace{dir: dir, template: r.rules.MediaURL}, os.DirFS(dir)
}

func (r *rehearsal) migrate(ctx context.Context, to *destination, ledger *checkpoint.Ledger, media mediaStore) (*migrate.Report, error) {
	accept, err := mapping.Acceptable([]string{mapping.AcceptAll})
	if err != nil {
		return nil, err
	}
	engine := migrate.New(r.account.Client, to.acs, ledger, media.store, r.rules, &migrate.Options{
		Embedded: to.embedded, Gap: to.gap, Accept: accept, Logger: r.log, Reproducible: true,
	})
	return engine.Run(ctx)
}
