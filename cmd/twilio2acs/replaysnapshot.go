package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

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

// serveSnapshot serves the snapshot in dir, which has to be what its manifest says. Damaged
// is told of what cannot be read once it is asked for: the client takes it for a
// Twilio that is out of order, and asks again and again.
func serveSnapshot(ctx context.Context, dir string, damaged func(error), log *slog.Logger) (*servedAccount, error) {
	snapshot, err := openSnapshot(ctx, dir, nil)
	if err != nil {
		return nil, err
	}
	a := &servedAccount{snapshot: snapshot, server: fixtureserver.New(snapshot, &fixtureserver.Options{OnFailure: damaged})}
	if err := a.start(ctx, log); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *servedAccount) start(ctx context.Context, log *slog.Logger) error {
	if err := a.snapshot.Verify(ctx); err != nil {
		return err
	}
	at, err := a.server.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	sid, _ := a.snapshot.Account()
	credentials := twiliosrc.Credentials{AccountSID: sid, Username: string(sid), Password: "any will do"}
	a.Client, err = twiliosrc.NewClient(credentials, &twiliosrc.ClientOptions{
		BaseURL: at.URL, MCSURL: at.MCSURL, Webhooks: true, Logger: log,
	})
	return err
}

// damagedSnapshotError says that something in a snapshot cannot be read.
type damagedSnapshotError struct{ err error }

func (e *damagedSnapshotError) Error() string { return fmt.Sprintf("read snapshot: %v", e.err) }
func (e *damagedSnapshotError) Unwrap() error { return e.err }

// Hint is the remedy.
func (e *damagedSnapshotError) Hint() string {
	return "put the line right, or record the snapshot anew"
}
