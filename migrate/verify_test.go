package migrate_test

import (
	"context"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// verify is one process that verifies: it keeps what it finds in the ledger.
func (w *world) verify() *migrate.Verification {
	w.t.Helper()
	v, err := w.verifyWith(context.Background(), migrate.VerifyOptions{})
	if err != nil {
		w.t.Fatalf("Verify: %v", err)
	}
	return v
}

func (w *world) verifyWith(ctx context.Context, opts migrate.VerifyOptions) (*migrate.Verification, error) {
	w.t.Helper()
	return w.verifyThrough(ctx, nil, opts)
}

func (w *world) verifyThrough(ctx context.Context, gate acsdest.Gate, opts migrate.VerifyOptions) (*migrate.Verification, error) {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	opts.Recorder = l
	return migrate.Verify(ctx, w.snapshot(), w.destination(gate), l, w.store, w.rules, &opts)
}

// records are those of all threads in the ledger.
func (w *world) records() []mapping.ThreadRecord {
	w.t.Helper()
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer l.Close()
	var out []mapping.ThreadRecord
	for rec, err := range l.Threads() {
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, rec)
	}
	return out
}

func (w *world) chat() *acsdest.Chat {
	w.t.Helper()
	conn, err := acsdest.ParseConnectionString(w.server.ConnectionString())
	if err != nil {
		w.t.Fatal(err)
	}
	opts := &acsdest.ClientOptions{Transport: acsdest.NewTransport(&acsdest.TransportOptions{RootCAs: w.trusted()})}
	identity, err := acsdest.NewIdentity(conn, opts)
	if err != nil {
		w.t.Fatal(err)
	}
	chat, err := acsdest.NewChat(conn.Endpoint, acsdest.NewTokens(identity, nil), opts)
	if err != nil {
		w.t.Fatal(err)
	}
	return chat
}

func TestVerifyAfterRun(t *testing.T) {
	for _, name := range []string{"tiny", "contoso"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, snapshotDir(name), nil)
			r := w.mustRun()
			v := w.verify()
			for _, d := range v.Differences {
				t.Errorf("difference: %v", d)
			}
			if got, want := v.Summary.Messages.Unchanged, r.Summary.Messages.Total; got != want {
				t.Errorf("%d messages verified, want %d", got, want)
			}
			if got, want := v.Summary.Media.Unchanged, r.Summary.Media.Total; got != want {
				t.Errorf("%d files verified, want %d", got, want)
			}
			if got, want := v.Summary.Users.Unchanged, r.Summary.Users.Total; got != want {
				t.Errorf("%d users verified, want %d", got, want)
			}
			if v.Summary.Incomplete() {
				t.Errorf("incomplete: %+v %+v", v.Summary, v.Problems)
			}
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
