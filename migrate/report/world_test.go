package report_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// world is a whole migration of real parts in one directory.
type world struct {
	t      testing.TB
	dir    string
	source string // the snapshot's directory
	server *emulator.Server
	rules  mapping.Rules
	opts   migrate.Options
	report report.Options
}

func newWorld(t testing.TB, snapshot string, opts *emulator.Options) *world {
	t.Helper()
	dir := t.TempDir()
	server, err := emulator.Open(filepath.Join(dir, "acs"), opts)
	must(t, err)
	t.Cleanup(func() { server.Close() })
	must(t, server.Listen("127.0.0.1:0"))
	accept, err := mapping.Acceptable([]string{mapping.AcceptAll})
	must(t, err)
	return &world{
		t: t, dir: dir, source: snapshot, server: server,
		rules: mapping.Rules{MediaURL: "https://files.example.com/{key}"},
		opts:  migrate.Options{Embedded: true, Whole: true, Accept: accept},
	}
}

func snapshotDir(name string) string {
	return filepath.Join("..", "..", "testdata", "snapshots", name)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) snapshot() *twiliosrc.Snapshot {
	w.t.Helper()
	snap, err := twiliosrc.OpenSnapshot(context.Background(), w.source, nil)
	must(w.t, err)
	w.t.Cleanup(func() { snap.Close() })
	return snap
}

func (w *world) ledgerPath() string { return filepath.Join(w.dir, "run.db") }

// run is one process: it opens the ledger, runs and closes it.
func (w *world) run() *migrate.Report {
	w.t.Helper()
	ledger, err := checkpoint.Open(w.ledgerPath(), mapping.Binding{Account: "AC1", Rules: w.rules.Fingerprint()}, nil)
	must(w.t, err)
	defer ledger.Close()
	conn, err := acsdest.ParseConnectionString(w.server.ConnectionString())
	must(w.t, err)
	acs, err := acsdest.NewDestination(conn, &acsdest.ClientOptions{
		Transport: acsdest.NewTransport(&acsdest.TransportOptions{RootCAs: w.server.CertPool()}),
	})
	must(w.t, err)
	store, err := acsdest.NewLocalStore(filepath.Join(w.dir, "media"))
	must(w.t, err)
	defer store.Close()
	r, err := migrate.New(w.snapshot(), acs, ledger, store, w.rules, &w.opts).Run(context.Background())
	must(w.t, err)
	return r
}

// tell makes a plan, which is told to both.
func (w *world) tell(change func(migrate.Change) error, planned func(migrate.PlannedConversation) error) *migrate.Report {
	w.t.Helper()
	ledger, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(w.t, err)
	defer ledger.Close()
	opts := w.opts
	opts.Changes, opts.Planned = change, planned
	r, err := migrate.Plan(context.Background(), w.snapshot(), ledger, w.rules, &opts)
	must(w.t, err)
	return r
}

// plan makes a plan with its document.
func (w *world) plan() *report.Plan {
	w.t.Helper()
	b := report.NewBuilder(w.rules, &w.report)
	p, err := b.Finish(w.tell(b.Change, b.Conversation))
	must(w.t, err)
	w.t.Cleanup(func() { must(w.t, p.Close()) })
	return p
}

// rows are those of p.
func rows(t testing.TB, p *report.Plan) []report.Row {
	t.Helper()
	var all []report.Row
	for r, err := range p.Rows() {
		must(t, err)
		all = append(all, r)
	}
	return all
}
