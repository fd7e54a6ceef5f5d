package acsdest

import (
	"context"
	"sync/atomic"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// admission is a call that has passed the gate before it is made. It travels in the
// context of the call.
type admission struct {
	call limits.Call
	used atomic.Bool
}

type admissionKey struct{}

// take uses the admission of ctx for call, if there is one.
func take(ctx context.Context, call limits.Call) bool {
	a, ok := ctx.Value(admissionKey{}).(*admission)
	return ok && a.call == call && a.used.CompareAndSwap(false, true)
}

// admitAhead passes the gate for call. The next attempt at it that is made with the
// context returned does not pass it again. If there is none, release tells the gate.
func (c *client) admitAhead(ctx context.Context, call limits.Call) (admitted context.Context, release func(), err error) {
	if c.gate == nil {
		return ctx, func() {}, ctx.Err()
	}
	if err := c.pass(ctx, call); err != nil {
		return nil, nil, err
	}
	a := &admission{call: call}
	return context.WithValue(ctx, admissionKey{}, a), func() {
		if a.used.CompareAndSwap(false, true) {
			c.gate.Observe(call, 0, 0)
		}
	}, nil
}
