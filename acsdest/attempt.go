package acsdest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// record is how the last attempt of a call ended. It is the truth about the call:
// azcore's retry policy replaces an outcome, even a success, by the context's
// error when the context ends at the same moment.
type record struct {
	call     limits.Call
	body     []byte         // of the request
	admitted bool           // the gate has let the next attempt through already
	resp     *http.Response // an answer, read to its end
	err      *Error         // or why there is none
}

func recordOf(req *policy.Request) *record {
	var r *record
	req.OperationValue(&r)
	return r
}

func (r *record) answer(resp *http.Response) (*http.Response, error) {
	r.resp, r.err = resp, nil
	return resp, nil
}

func (r *record) fail(err *Error) (*http.Response, error) {
	r.resp, r.err = nil, err
	return nil, err
}

// attemptPolicy makes one attempt: it asks the gate, bounds the time, and finds
// out how far the request came.
type attemptPolicy struct {
	gate    Gate
	timeout time.Duration
	now     func() time.Time
	log     *slog.Logger
}

func (p *attemptPolicy) Do(req *policy.Request) (*http.Response, error) {
	rec, ctx := recordOf(req), req.Raw().Context()
	if !rec.admitted {
		if err := admit(ctx, p.gate, rec.call); err != nil {
			return rec.fail(refusal(rec.call.Operation, err))
		}
	}
	rec.admitted = false
	bounded, stop := context.WithTimeoutCause(ctx, p.timeout, &timeoutError{p.timeout})
	defer stop() // the answer is in memory by then
	bounded, t := follow(bounded, req.Raw().Method)
	req = req.WithContext(bounded)
	if rec.body != nil {
		// Header and body leave together, in one packet and one record of TLS, if
		// net/http knows that there is nothing to wait for, which azcore hides.
		req.Raw().Body = io.NopCloser(bytes.NewReader(rec.body))
	}

	began := time.Now()
	resp, err := req.Next()
	p.observe(rec.call, resp)
	p.tell(ctx, rec.call.Operation, req.Raw().URL, resp, err, time.Since(began))
	if err == nil {
		return rec.answer(resp)
	}
	err = withoutURL(err)
	if cause := context.Cause(bounded); cause != nil && ctx.Err() == nil {
		err = cause // rather than that the context ended, which is ours
	}
	if resp != nil { // its body broke off
		return rec.fail(unreadable(rec.call.Operation, resp, p.now(), err))
	}
	failure := &Error{Operation: rec.call.Operation, err: err}
	if t.neverLeft(bounded, err) {
		failure.Outcome = OutcomeNotDone
		failure.unreachable = ctx.Err() == nil
	}
	return rec.fail(failure)
}

// admit waits until gate, which may be nil, lets c through.
func admit(ctx context.Context, gate Gate, c limits.Call) error {
	if err := ctx.Err(); err != nil || gate == nil {
		return err
	}
	return gate.Admit(ctx, c)
}

func (p *attemptPolicy) observe(c limits.Call, resp *http.Response) {
	switch {
	case p.gate == nil:
	case resp == nil:
		p.gate.Observe(c, 0, 0)
	default:
		p.gate.Observe(c, resp.StatusCode, retryAfter(resp.Header, p.now()))
	}
}

// withoutURL takes off the layer that net/http puts around an error to show the
// address, query included.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
