package migrate_test

import (
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// A quick pass over live Twilio finds what was appended, and what was edited or
// deleted of late, with two requests for each conversation.
func TestQuickSyncOfLiveTwilio(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	run := func() (*migrate.Report, []fixtureserver.Request) {
		t.Helper()
		a := newAccountIn(t, w.source, nil)
		l := w.ledger()
		opts := w.opts
		opts.Whole = false
		r, err := migrate.New(a.client(), w.destination(nil), l, w.store, w.rules, &opts).Run(t.Context())
		must(t, err)
		must(t, l.Close())
		return r, a.log()
	}
	run()
	w.change(func(l lines) {
		l.insert("messages.jsonl", l.message(0, 5), func(m resource) { m["sid"], m["index"], m["body"] = sid("IM", 1), 41, "one more" })
		l.message(0, 4)["body"] = "edited of late"
		l.remove("messages.jsonl", l.message(2, 3))
	})
	r, _ := run()
	m := r.Summary.Messages
	if m.Created != 1 || m.Updated != 1 || m.Deleted != 1 || r.Summary.Incomplete() {
		t.Errorf("messages %+v, want one created, updated and deleted: %v", m, r.Problems)
	}
	r, log := run()
	if d := changed(r.Summary); d != (migrate.Summary{}) {
		t.Errorf("the next run changed %+v", d)
	}
	asked := map[string]int{}
	for _, request := range log {
		if _, path, ok := strings.Cut(request.Target, "/Conversations/"); ok {
			conversation, what, _ := strings.Cut(path, "/")
			if strings.HasPrefix(what, "Webhooks") {
				continue // only --webhooks asks for them
			}
			asked[conversation]++
		}
	}
	for conversation, n := range asked {
		if n > 2 {
			t.Errorf("%d requests for conversation %s, want two", n, conversation)
		}
	}
	if len(asked) != 3 {
		t.Errorf("asked for %d conversations, want three", len(asked))
	}
}
