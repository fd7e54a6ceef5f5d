package migrate

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// eachConversation hands every conversation of src to do, at most active at a
// time. Damaged ones are reported, and the others go on; an error of do ends
// them all.
func eachConversation(ctx context.Context, src Source, active int, report *collector, do func(context.Context, mapping.Conversation) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(active)
	var listErr error
	for c, err := range src.Conversations(gctx) {
		var damaged *mapping.DamagedError
		if errors.As(err, &damaged) {
			report.damaged(damaged, conversations)
			continue
		}
		if err != nil {
			listErr = fmt.Errorf("list conversations: %w", err)
			break
		}
		g.Go(func() error { return do(gctx, c) })
	}
	if err := g.Wait(); err != nil { // the cause; listErr may only echo it
		return err
	}
	return listErr
}
