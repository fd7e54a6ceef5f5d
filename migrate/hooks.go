package migrate

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"sync/atomic"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// countHooks counts what of the account will not fire any more.
func (v *view) countHooks(ctx context.Context) error {
	_, err := v.count(ctx, v.src.Hooks(ctx))
	return err
}

// hookCounter counts the webhooks of one conversation after the other. Once they
// cannot be listed, nobody asks for those of others.
func (v *view) hookCounter() func(context.Context, mapping.Conversation) error {
	src, ok := facet[ScopedHookSource](v.src)
	if !ok {
		return func(context.Context, mapping.Conversation) error { return nil }
	}
	var refused atomic.Bool
	return func(ctx context.Context, c mapping.Conversation) error {
		if refused.Load() {
			return nil
		}
		whole, err := v.count(ctx, src.HooksOf(ctx, c))
		refused.Store(!whole)
		return err
	}
}

// count counts hooks. One that cannot be read counts as well: it is lost in any
// case. They matter to the report only, so that a list which cannot be read stops
// nothing: it is told to the log, and whole is false.
func (v *view) count(ctx context.Context, hooks iter.Seq2[string, error]) (whole bool, err error) {
	for item, err := range hooks {
		if err != nil && !errors.As(err, new(*mapping.DamagedError)) {
			v.log.WarnContext(ctx, "not all webhooks are counted", "error", err)
			return errors.Is(err, fs.ErrNotExist), context.Cause(ctx) // what is gone says nothing of others
		}
		v.report.hook(item)
	}
	return true, nil
}
