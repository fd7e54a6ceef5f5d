package acsdest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// record is how the last attempt of a call ended. It is the truth about the call:
// azcore's retry policy replaces an outcome, even a success, by the context's
// error when the context ends at the same moment.
type record struct {
	call limits.Call
	resp *http.Response // an answer, read to its end
	err  *Error         // or why there is none
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
}

func (p *attemptPolicy) Do(req *policy.Request) (*http.Response, error) {
	rec, ctx := recordOf(req), req.Raw().Context()
	if err := p.admit(ctx, rec.call); err != nil {
		return rec.fail(refusal(rec.call.Operation, err))
	}
	bounded, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel() // the answer is in memory by then
	var t trace
	req = req.WithContext(t.watch(bounded))
	t.guardBody(req.Raw())

	resp, err := req.Next()
	p.observe(rec.call, resp)
	switch {
	case err == nil:
		return rec.answer(resp)
	case resp != nil: // its body broke off
		return rec.fail(unreadable(rec.call.Operation, resp, p.now(), withoutURL(err)))
	}
	failure := &Error{Operation: rec.call.Operation, err: withoutURL(err)}
	if ctx.Err() == nil && bounded.Err() != nil {
		failure.err = &timeoutError{p.timeout}
	}
	if t.neverLeft(bounded, err) {
		failure.Outcome = OutcomeNotDone
		failure.unreachable = ctx.Err() == nil
	}
	return rec.fail(failure)
}

func (p *attemptPolicy) admit(ctx context.Context, c limits.Call) error {
	if err := ctx.Err(); err != nil || p.gate == nil {
		return err
	}
	return p.gate.Admit(ctx, c)
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

// trace follows a request to the wire. The hooks run on several goroutines.
type trace struct {
	dialled   atomic.Bool // a connection was asked for, so this is net/http
	connected atomic.Bool // there was one at least once
	writing   atomic.Bool // the first header was about to be written
}

func (t *trace) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:          func(string) { t.dialled.Store(true) },
		GotConn:          func(httptrace.GotConnInfo) { t.connected.Store(true) },
		WroteHeaderField: func(string, []string) { t.writing.Store(true) },
	})
}

// neverLeft reports that not a complete header can have reached the service.
//
// net/http announces each header field before it writes it, in HTTP/1.1 as in
// HTTP/2, so a request without such an announcement has not left. Except that
// HTTP/2 writes on a goroutine of its own, which a cancelled caller does not wait
// for: a request that was cancelled while it had a connection may be on its way.
// Other transports announce nothing; of them only a failed dial is believed.
func (t *trace) neverLeft(ctx context.Context, err error) bool {
	if !t.dialled.Load() {
		return failedToDial(err)
	}
	if t.writing.Load() {
		return false
	}
	return !t.connected.Load() || ctx.Err() == nil
}

func failedToDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

var errMayHaveLeft = errors.New("connection lost after the request was written")

// guardBody keeps net/http from sending a body twice.
//
// net/http repeats requests by itself. Over HTTP/1.1 it repeats one that is not
// a read only if not a byte of it was written (or if it has an Idempotency-Key
// header, which is why none is ever set). Over HTTP/2 it also repeats any request
// that the server reset as refused, as lost to a shutdown, or as a protocol error,
// although bytes were written; promises of proxies are not what a message should
// hang on. A repetition needs GetBody once the body has been read, and always over
// HTTP/2: so GetBody fails as soon as a header may have been written. Requests
// without a body remain; those are reads, and deletions, revocations and the like
// that may be made twice.
func (t *trace) guardBody(req *http.Request) {
	getBody := req.GetBody
	if getBody == nil {
		return
	}
	req.GetBody = func() (io.ReadCloser, error) {
		if t.writing.Load() {
			return nil, errMayHaveLeft
		}
		return getBody()
	}
}
