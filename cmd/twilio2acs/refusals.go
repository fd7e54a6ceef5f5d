package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// refusals is a gate that counts the requests ACS refuses for being too many.
type refusals struct {
	gate  acsdest.Gate // nil lets everything through
	count atomic.Int64
}

// Admit lets c through as the gate behind does.
func (r *refusals) Admit(ctx context.Context, c limits.Call) error {
	if r.gate == nil {
		return ctx.Err()
	}
	return r.gate.Admit(ctx, c)
}

// Enqueue lets c through as the gate behind does.
func (r *refusals) Enqueue(ctx context.Context, c limits.Call, notBefore time.Time, then func(error)) {
	acsdest.Enqueue(ctx, r.gate, c, notBefore, then)
}

// Observe counts, and tells the gate behind.
func (r *refusals) Observe(c limits.Call, status int, retryAfter time.Duration) {
	const tooManyRequests = 429
	if status == tooManyRequests {
		r.count.Add(1)
	}
	if r.gate != nil {
		r.gate.Observe(c, status, retryAfter)
	}
}
