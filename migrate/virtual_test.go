package migrate_test

import (
	"context"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// A whole run under the published limits, hours of it in virtual time: the
// service never has to refuse a call, tokens are renewed before they expire, and
// no two messages of a thread arrive in the same second, since clients sort by
// whole seconds.
func TestRunKeepsToThePublishedLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var refused atomic.Int64
		server, err := emulator.Open(filepath.Join(t.TempDir(), "acs"), &emulator.Options{
			Limits: true, TokenLife: time.Hour,
			OnRequest: func(e emulator.Event) {
				if e.Phase == emulator.Answering && e.Status >= 400 {
					refused.Add(1)
				}
			},
		})
		must(t, err)
		defer server.Close()
		key, err := acsdest.ParseAccessKey(server.AccessKey())
		must(t, err)
		dest, err := acsdest.NewDestination(acsdest.Connection{Endpoint: "https://acs.example.com", AccessKey: key}, &acsdest.ClientOptions{
			Transport: &http.Client{Transport: server.Transport()}, Gate: migrate.NewScheduler(migrate.ScheduleOptions{}, nil),
		})
		must(t, err)

		const messages = 2400 // at 30 a minute: longer than a token lives
		w := &world{
			t: t, dir: t.TempDir(), source: makeSnapshot(t, 3, messages), server: server,
			rules: mapping.Rules{},
			opts:  migrate.Options{Whole: true, Gap: time.Second, Accept: acceptAll(t)},
		}
		l := w.ledger()
		defer l.Close()
		start := time.Now()
		r, err := migrate.New(w.snapshot(), dest, l, nil, w.rules, &w.opts).Run(context.Background())
		must(t, err)
		if r.Summary.Messages.Created != 3*messages {
			t.Fatalf("messages %+v", r.Summary.Messages)
		}
		if n := refused.Load(); n > 0 {
			t.Errorf("ACS refused %d calls", n)
		}
		const bound = messages / 30 * time.Minute
		if took := time.Since(start); took < bound-time.Minute || took > bound+bound/20 {
			t.Errorf("it took %v, the limits allow %v", took, bound)
		}
		for rec, err := range l.Threads() {
			must(t, err)
			checkSeconds(t, l, rec.Conversation)
		}
	})
}

func checkSeconds(t *testing.T, l migrate.LedgerReader, c mapping.ConversationSID) {
	t.Helper()
	last := ""
	for m, err := range l.Messages(c) {
		must(t, err)
		second := string(m.IDs[0][:len(m.IDs[0])-3])
		if second == last {
			t.Fatalf("two messages of %s arrived in second %s: %s after it", c, second, m.IDs[0])
		}
		last = second
	}
}

func acceptAll(tb testing.TB) map[mapping.LossCode]bool {
	tb.Helper()
	accept, err := mapping.Acceptable([]string{mapping.AcceptAll})
	if err != nil {
		tb.Fatal(err)
	}
	return accept
}
