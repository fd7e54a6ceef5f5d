package acsdest

import (
	"context"
	"sync/atomic"
	"time"

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

// Admitted takes in how the wait at the gate ended. A call that is let through is made
// with the context given, and passes the gate no more; release, called after it, gives
// back what was not used.
type Admitted func(admitted context.Context, release func(), err error)

// admitAhead asks the gate for call, once there is what an attempt needs, and does not
// wait for it: then must neither wait nor use the gate.
func (c *client) admitAhead(ctx context.Context, call limits.Call, notBefore time.Time, then Admitted) {
	if err := c.prepare(ctx, call); err != nil {
		then(nil, nil, err)
		return
	}
	Enqueue(ctx, c.gate, call, notBefore, func(err error) {
		switch {
		case err != nil:
			then(nil, nil, refusal(call.Operation, err))
		case c.gate == nil:
			then(ctx, func() {}, nil)
		default:
			a := &admission{call: call}
			then(context.WithValue(ctx, admissionKey{}, a), func() { c.release(a) }, nil)
		}
	})
}

// release tells the gate of an admission that was not used.
func (c *client) release(a *admission) {
	if a.used.CompareAndSwap(false, true) {
		c.gate.Observe(a.call, 0, 0)
	}
}
