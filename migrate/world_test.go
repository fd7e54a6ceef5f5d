package migrate_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// world is a whole migration of real parts in one directory: a snapshot, the
// ACS client, the embedded ACS behind TLS, a ledger and a media store.
type world struct {
	t      testing.TB
	dir    string
	source string // the snapshot's directory
	server *emulator.Server
	store  *acsdest.LocalStore
	rules  mapping.Rules
	opts   migrate.Options
}

func newWorld(t testing.TB, snapshot string, opts *emulator.Options) *world {
	t.Helper()
	dir := t.TempDir()
	server, err := emulator.Open(filepath.Join(dir, "acs"), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	if err := server.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	store, err := acsdest.NewLocalStore(filepath.Join(dir, "media"))
	if err != nil {
		t.Fatal(err)
	}
	return &world{
		t: t, dir: dir, source: snapshot, server: server, store: store,
		rules: mapping.Rules{MediaURL: "https://files.example.com/{key}"},
		opts:  migrate.Options{Embedded: true, Whole: true, Accept: acceptAll(t)},
	}
}

func snapshotDir(name string) string { return filepath.Join("..", "testdata", "snapshots", name) }

func (w *world) snapshot() *twiliosrc.Snapshot {
	w.t.Helper()
	snap, err := twiliosrc.OpenSnapshot(context.Background(), w.source, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { snap.Close() })
	return snap
}

func (w *world) destination(gate acsdest.Gate) *acsdest.Destination {
	w.t.Helper()
	conn, err := acsdest.ParseConnectionString(w.server.ConnectionString())
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := acsdest.NewDestination(conn, &acsdest.ClientOptions{
		Transport: acsdest.NewTransport(&acsdest.TransportOptions{RootCAs: w.trusted()}), Gate: gate,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) trusted() *x509.CertPool { return w.server.CertPool() }

func (w *world) ledgerPath() string { return filepath.Join(w.dir, "run.db") }

func (w *world) ledger() *checkpoint.Ledger {
	w.t.Helper()
	l, err := checkpoint.Open(w.ledgerPath(), mapping.Binding{Account: "AC1", Rules: w.rules.Fingerprint()}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// run is one process: it opens the ledger, runs and closes it.
func (w *world) run(ctx context.Context) (*migrate.Report, error) {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	return migrate.New(w.snapshot(), w.destination(nil), l, w.store, w.rules, &w.opts).Run(ctx)
}

func (w *world) mustRun() *migrate.Report {
	w.t.Helper()
	r, err := w.run(context.Background())
	if err != nil {
		w.t.Fatalf("Run: %v", err)
	}
	return r
}

func (w *world) plan() *migrate.Report {
	w.t.Helper()
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer l.Close()
	r, err := migrate.Plan(context.Background(), w.snapshot(), l, w.rules, &w.opts)
	if err != nil {
		w.t.Fatalf("Plan: %v", err)
	}
	return r
}

// threads is what ACS holds, in a form that does not depend on IDs and times.
func (w *world) threads() string {
	w.t.Helper()
	dump, err := w.server.Dump(w.names())
	if err != nil {
		w.t.Fatal(err)
	}
	text, err := json.MarshalIndent(dump, "", " ")
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// names calls communication users by what the ledger knows of them.
func (w *world) names() func(string) string {
	w.t.Helper()
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer l.Close()
	names := map[string]string{}
	for p, err := range l.Persons() {
		if err != nil {
			w.t.Fatal(err)
		}
		names[string(p.ID)] = string(p.Key.Kind) + " " + p.Key.Name
	}
	return func(id string) string { return names[id] }
}

// firstDifference names the first line in which two texts differ; empty when none.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d: got %.200q, want %.200q", i+1, g[min(i, len(g)-1)], w[min(i, len(w)-1)])
		}
	}
	return ""
}
