package migrate_test

import (
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Nobody creates more threads than their share, even where one person takes part
// in all of the conversations.
func TestCreatorsSpread(t *testing.T) {
	const conversations = 40
	w := newWorld(t, makeSnapshot(t, conversations, 2), nil)
	w.mustRun()
	l := w.ledger()
	defer l.Close()
	threads := map[mapping.PersonKey]int{}
	for rec, err := range migrate.LedgerReader(l).Threads() {
		must(t, err)
		threads[rec.Creator]++
	}
	for key, n := range threads {
		if n > 2 { // 40 conversations of 10 agents, each with a customer of its own
			t.Errorf("%s created %d threads", key.Name, n)
		}
	}
}
