package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/twilio2acs/twilio2acs/migrate"
)

var (
	undoneWords = words{"created", "deleted", "kept", "not looked at"}
	undoWords   = words{"created", "to delete", "to keep", "not looked at"}
)

// writeRollback tells people what a rollback came to, or would.
func writeRollback(t *textWriter, r *result) {
	w := undoneWords
	switch {
	case r.details.DryRun:
		w = undoWords
		t.heading("Rollback: nothing was deleted.")
	case r.err == nil:
		t.heading("Rolled back in %s.", shortly(r.took))
	case silent(r.err):
		t.heading("Rolled back in %s, but not everything.", shortly(r.took))
	default:
		t.heading("Rollback ended early, after %s.", shortly(r.took))
	}
	t.summary(r.summary, w)
	t.note(r.details.Foreign, "message was written in the threads by people", "messages were written in the threads by people")
	t.note(r.details.Used, "thread is in use: --include-used deletes it too", "threads are in use: --include-used deletes them too")
	t.note(r.summary.Media.Unchanged, "stored file stays: --delete-media deletes it too", "stored files stay: --delete-media deletes them too")
	t.note(int64(len(r.details.Unknown)), "conversation is not in the ledger", "conversations are not in the ledger")
	t.note(r.details.Unused, "identity may exist in ACS that nobody can find", "identities may exist in ACS that nobody can find")
	if r.details.Inventory != "" {
		t.printf("  what ACS held of the threads stands in %s\n", r.details.Inventory)
	}
	t.problems(r.details.Problems, r.details.MoreProblems)
	t.next(r.next)
}

// confirm asks the person at the terminal for the number of what is deleted:
// whoever types it has read it.
func (o *rollbackOptions) confirm(ctx context.Context, s *streams, sum migrate.Summary) (bool, error) {
	if !s.prompts || o.output.format.value != formatText {
		return false, nil
	}
	for _, kind := range []struct {
		n    int64
		name string
	}{{sum.Conversations.Deleted, "threads"}, {sum.Users.Deleted, "users"}, {sum.Media.Deleted, "files"}} {
		if kind.n == 0 {
			continue
		}
		typed, err := answer(ctx, s, fmt.Sprintf("\nTo delete this for ever, now, type the number of %s: ", kind.name))
		return err == nil && typed == strconv.FormatInt(kind.n, 10), causeOf(ctx, err)
	}
	return false, nil
}
