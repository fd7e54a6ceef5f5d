package migrate

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// findThreads finds threads with something that was done in them since, which users of
// the migration are in and the ledger does not know.
func (e *exporter) findThreads(ctx context.Context) (iter.Seq2[mapping.ThreadRecord, error], error) {
	var mu sync.Mutex
	readers := make(map[mapping.ThreadID]mapping.CommunicationUserID) // one of those who are in it
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(verifyThreads)
	for id, key := range e.writers {
		if key.Kind != mapping.PersonUser {
			continue
		}
		if gctx.Err() != nil {
			break
		}
		g.Go(func() error {
			found, err := e.threadsOf(gctx, id)
			mu.Lock()
			defer mu.Unlock()
			for _, t := range found {
				readers[t] = max(readers[t], id) // the same one every time
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var list []mapping.ThreadRecord
	for thread, user := range readers {
		list = append(list, mapping.ThreadRecord{Thread: thread, CreatorID: user})
	}
	slices.SortFunc(list, func(a, b mapping.ThreadRecord) int { return strings.Compare(string(a.Thread), string(b.Thread)) })
	return func(yield func(mapping.ThreadRecord, error) bool) {
		for _, rec := range list {
			if !yield(rec, nil) {
				return
			}
		}
	}, ctx.Err()
}

// threadsOf are the threads of a user that the ledger does not know. One whom ACS does
// not know any more has none.
func (e *exporter) threadsOf(ctx context.Context, user mapping.CommunicationUserID) (found []mapping.ThreadID, err error) {
	err = e.patience.do(ctx, func(ctx context.Context) error {
		found = found[:0]
		for t, err := range e.acs.ListThreads(ctx, user, e.since) {
			if err != nil {
				return err
			}
			if t.DeletedOn.IsZero() && !e.mapped.hasThread(t.ID) {
				found = append(found, t.ID)
			}
		}
		return nil
	})
	if outcomeOf(err) == refused && !final(err) {
		return nil, nil
	}
	return found, step("list the threads of "+string(user), err)
}
