package migrate_test

import (
	"context"
	"iter"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// countingSource counts how often the messages of a conversation are listed.
type countingSource struct {
	*twiliosrc.Snapshot
	mu    sync.Mutex
	lists map[mapping.ConversationSID]int
}

func (s *countingSource) Messages(ctx context.Context, c mapping.Conversation, after int64) iter.Seq2[mapping.Message, error] {
	return func(yield func(mapping.Message, error) bool) {
		s.mu.Lock()
		s.lists[c.SID]++
		s.mu.Unlock()
		s.Snapshot.Messages(ctx, c, after)(yield)
	}
}

// A plan lists a conversation once, and a large one twice rather than hold it in
// memory; it tells the same of both.
func TestPlanListsMessagesOnce(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	must(t, w.ledger().Close())
	w.change(func(l lines) {
		l.message(0, 1)["a field that is not carried"] = strings.Repeat("much ", 300_000)
	})
	large := readLines(t, w.source)["conversations.jsonl"][0]["sid"]
	src := &countingSource{Snapshot: w.snapshot(), lists: make(map[mapping.ConversationSID]int)}
	ledger, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(t, err)
	defer ledger.Close()
	told := make(map[mapping.ConversationSID]int64)
	opts := w.opts
	opts.Changes = func(c migrate.Change) error {
		if c.Kind == migrate.KindMessage {
			told[c.Conversation]++
		}
		return nil
	}
	planned := make(map[mapping.ConversationSID]int64)
	opts.Planned = func(c migrate.PlannedConversation) error {
		planned[c.Conversation.SID] = c.Summary.Messages.Created
		return nil
	}
	_, err = migrate.Plan(t.Context(), src, ledger, w.rules, &opts)
	must(t, err)
	for sid, lists := range src.lists {
		want := 1
		if string(sid) == large {
			want = 2
		}
		if lists != want {
			t.Errorf("%s is listed %d times, want %d", sid, lists, want)
		}
	}
	if d := cmp.Diff(told, planned); d != "" {
		t.Errorf("messages (-told +planned):\n%s", d)
	}
}
