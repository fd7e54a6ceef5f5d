package migrate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A listing lists conversations.
type listing func(context.Context) iter.Seq2[mapping.Conversation, error]

// conversations are those to be taken up: all of the source, or where the ledger
// says which, those alone.
func (v *view) conversations(ctx context.Context) iter.Seq2[mapping.Conversation, error] {
	if len(v.opts.Only) == 0 {
		return v.src.Conversations(ctx)
	}
	return func(yield func(mapping.Conversation, error) bool) {
		for rec, err := range v.records.Threads() {
			if err != nil {
				yield(mapping.Conversation{}, ledgerFailure(err))
				return
			}
			if !slices.Contains(v.opts.Only, rec.Status) {
				continue
			}
			c, err := v.src.FetchConversation(ctx, rec.Service, rec.Conversation)
			if errors.Is(err, fs.ErrNotExist) {
				v.log.Warn("gone in Twilio: a run without --only deals with it", "conversation", rec.Conversation)
				continue
			}
			if !yield(c, err) || err != nil && !errors.As(err, new(*mapping.DamagedError)) {
				return
			}
		}
	}
}

// eachConversation hands every conversation of list to do, at most active at a
// time. Damaged ones are reported, and the others go on; an error of do ends
// them all.
func eachConversation(ctx context.Context, list listing, active int, report *collector, do func(context.Context, mapping.Conversation) error) error {
	return eachBegun(ctx, list, active, report, func(c mapping.Conversation) func(context.Context) error {
		return func(ctx context.Context) error { return do(ctx, c) }
	})
}

// eachBegun is eachConversation for work that has to know the order of the list:
// begin is called in it, and what it returns is done side by side, each of them
// once.
func eachBegun(ctx context.Context, list listing, active int, report *collector, begin func(mapping.Conversation) func(context.Context) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(active)
	var listErr error
	for c, err := range list(gctx) {
		var damaged *mapping.DamagedError
		if errors.As(err, &damaged) {
			report.damaged(damaged, conversations)
			continue
		}
		if err != nil {
			listErr = fmt.Errorf("list conversations: %w", err)
			break
		}
		do := begin(c)
		g.Go(func() error { return do(gctx) })
	}
	if err := g.Wait(); err != nil { // the cause; listErr may only echo it
		return err
	}
	return listErr
}
