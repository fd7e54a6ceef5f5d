package migrate_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// live reads the world's snapshot through twilio-go, from a server that speaks
// as Twilio does.
func (w *world) live() migrate.Twilio {
	w.t.Helper()
	server := fixtureserver.New(w.snapshot(), nil)
	at, err := server.Listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { server.Close() })
	client, err := twiliosrc.NewClient(
		twiliosrc.Credentials{AccountSID: "AC00000000000000000000000000000000", Username: "SK00000000000000000000000000000000", Password: "secret"},
		&twiliosrc.ClientOptions{Webhooks: true, BaseURL: at.URL, MCSURL: at.MCSURL})
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

// Through Twilio's REST the same threads come about as from the snapshot.
func TestLiveEqualsSnapshot(t *testing.T) {
	direct := newWorld(t, snapshotDir("contoso"), nil)
	want := direct.mustRun()

	w := newWorld(t, snapshotDir("contoso"), nil)
	l := w.ledger()
	defer l.Close()
	got, err := migrate.New(w.live(), w.destination(nil), l, w.store, w.rules, &w.opts).Run(t.Context())
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("reports differ (-live +snapshot):\n%s", d)
	}
	// The quick pass of a later run looks at the latest messages only, and says so.
	quick := w.opts
	quick.Whole = false
	again, err := migrate.New(w.live(), w.destination(nil), l, w.store, w.rules, &quick).Run(t.Context())
	if err != nil {
		t.Fatalf("second Run: %v", err)
	}
	looked := again.Summary.Messages.Unchanged
	if looked == 0 || looked >= want.Summary.Messages.Total {
		t.Errorf("%d of %d messages looked at", looked, want.Summary.Messages.Total)
	}
	files := again.Summary.Media.Unchanged
	wantAgain := migrate.Summary{
		Users:         migrate.Tally{Total: want.Summary.Users.Total, Unchanged: want.Summary.Users.Total},
		Conversations: migrate.Tally{Total: want.Summary.Conversations.Total, Unchanged: want.Summary.Conversations.Total},
		Participants:  migrate.Tally{Total: want.Summary.Participants.Total, Unchanged: want.Summary.Participants.Total},
		Messages:      migrate.Tally{Total: want.Summary.Messages.Total, Unchanged: looked, Unchecked: want.Summary.Messages.Total - looked},
		Media:         migrate.Tally{Total: want.Summary.Media.Total, Unchanged: files, Unchecked: want.Summary.Media.Total - files},
	}
	if d := cmp.Diff(again.Summary, wantAgain); d != "" {
		t.Errorf("second run (-got +want):\n%s", d)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if d := firstDifference(w.threads(), direct.threads()); d != "" {
		t.Errorf("threads differ: %s", d)
	}
}
