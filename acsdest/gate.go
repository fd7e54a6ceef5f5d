package acsdest

import (
	"context"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// A Gate is asked before every attempt and told how it went: each page of a list,
// each token, and each repetition is an attempt. It is used concurrently.
type Gate interface {
	// Admit waits until c may be made. Its error ends the call, which then has not
	// been carried out.
	Admit(ctx context.Context, c limits.Call) error
	// Observe is called once for every admitted attempt. The status is 0 when no
	// answer came; retryAfter is 0 when the service did not say.
	Observe(c limits.Call, status int, retryAfter time.Duration)
}

// A Queue is a Gate that says when a call may be made, rather than to keep a goroutine
// waiting for it.
type Queue interface {
	Gate
	// Enqueue calls then, once: when c may be made, which is not before notBefore, or
	// with an error as Admit returns it. Then must neither wait nor use the gate; it may
	// be called before Enqueue returns.
	Enqueue(ctx context.Context, c limits.Call, notBefore time.Time, then func(error))
}

// Enqueue asks gate as a Queue is asked, whether it is one or not. A nil gate lets
// everything through.
func Enqueue(ctx context.Context, gate Gate, c limits.Call, notBefore time.Time, then func(error)) {
	if q, ok := gate.(Queue); ok {
		q.Enqueue(ctx, c, notBefore, then)
		return
	}
	go func() {
		err := waitUntil(ctx, notBefore)
		if err == nil && gate != nil {
			err = gate.Admit(ctx, c)
		}
		then(err)
	}()
}

func waitUntil(ctx context.Context, t time.Time) error {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return ctx.Err()
	}
}
