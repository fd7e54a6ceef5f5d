package acsdest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// What the User-Agent header and the tracer say of this package.
const (
	applicationID = "twilio2acs"
	moduleName    = "acsdest"
	moduleVersion = "v0.1.0"
)

// client is what Chat and Identity have in common: requests in, values out.
type client struct {
	base       *url.URL
	apiVersion string
	pipeline   runtime.Pipeline
	tracer     tracing.Tracer
	retry      *policy.RetryOptions
	gate       Gate
	now        func() time.Time
	// ready sees to what an attempt needs before the gate is asked, such as a token,
	// which has to pass the gate itself. Its error is an *Error. nil: nothing.
	ready func(context.Context, limits.Call) error
}

// newClient makes a client whose attempts pass through before, the gate, and
// after, in this order.
func newClient(endpoint, apiVersion string, opts ClientOptions, before, after []policy.Policy) (*client, error) {
	base, err := parseEndpoint(endpoint)
	if err != nil {
		return nil, &ConnectionError{err}
	}
	opts.Telemetry.ApplicationID = cmp.Or(opts.Telemetry.ApplicationID, applicationID)
	attempt := &attemptPolicy{gate: opts.Gate, timeout: opts.AttemptTimeout, now: opts.Now, log: opts.Logger}
	az, err := azcore.NewClient(moduleName, moduleVersion, runtime.PipelineOptions{
		PerRetry: slices.Concat(before, []policy.Policy{attempt}, after),
		Tracing:  runtime.TracingOptions{Namespace: "Microsoft.Communication"},
	}, &azcore.ClientOptions{
		Transport:       opts.Transport,
		Logging:         opts.Logging,
		Telemetry:       opts.Telemetry,
		TracingProvider: opts.TracingProvider,
	})
	if err != nil {
		return nil, fmt.Errorf("make client: %w", err)
	}
	return &client{base: base, apiVersion: apiVersion, pipeline: az.Pipeline(), tracer: az.Tracer(), retry: opts.Retry, gate: opts.Gate, now: opts.Now}, nil
}

// send makes a call and decodes its answer into out, unless out is nil. Its error
// is always an *Error.
func (c *client) send(ctx context.Context, r request, out any) (err error) {
	ctx, end := runtime.StartSpan(ctx, moduleName+": "+string(r.call.Operation), c.tracer, nil)
	defer func() { end(err) }()

	rec := &record{call: r.call}
	if err := c.admit(ctx, rec); err != nil {
		return err
	}
	defer c.giveBack(rec)
	return c.exchange(ctx, rec, r, out)
}

// admit passes the gate before the request is built: tens of thousands of calls may
// wait there, and hold little while they do.
func (c *client) admit(ctx context.Context, rec *record) error {
	if c.gate == nil {
		return nil
	}
	if !take(ctx, rec.call) {
		if err := c.pass(ctx, rec.call); err != nil {
			return err
		}
	}
	rec.admitted = true
	return nil
}

// pass waits at the gate, once there is what an attempt needs.
func (c *client) pass(ctx context.Context, call limits.Call) error {
	if err := c.prepare(ctx, call); err != nil {
		return err
	}
	if err := admit(ctx, c.gate, call); err != nil {
		return refusal(call.Operation, err)
	}
	return nil
}

// prepare sees to it that there is what an attempt needs.
func (c *client) prepare(ctx context.Context, call limits.Call) error {
	if c.ready == nil {
		return nil
	}
	return c.ready(ctx, call)
}

// giveBack tells the gate of an attempt that it let through and that was not made.
func (c *client) giveBack(rec *record) {
	if rec.admitted {
		c.gate.Observe(rec.call, 0, 0)
	}
}

// exchange makes a call that has passed the gate.
func (c *client) exchange(ctx context.Context, rec *record, r request, out any) error {
	req, err := c.build(policy.WithRetryOptions(ctx, c.retryOptions(r.method)), rec, r)
	if err != nil {
		return refusal(r.call.Operation, err)
	}
	req.SetOperationValue(rec)
	_, err = c.pipeline.Do(req)
	switch {
	case rec.err != nil:
		return rec.err
	case rec.resp == nil: // the credential stopped it before the first attempt
		failure := refusal(r.call.Operation, err)
		failure.unreachable = failedToDial(err)
		return failure
	case outcomeOf(rec.resp.StatusCode) != OutcomeDone:
		return newAnswerError(r.call.Operation, rec.resp, c.now())
	case out == nil:
		return nil
	}
	if err := decode(rec.resp, out); err != nil {
		return unreadable(r.call.Operation, rec.resp, c.now(), err)
	}
	return nil
}

// decode reads an answer, and lets what it read say whether that is enough.
func decode(resp *http.Response, out any) error {
	body, err := runtime.Payload(resp)
	if err != nil {
		return err
	}
	if len(body) == 0 {
		return io.ErrUnexpectedEOF
	}
	if err := json.Unmarshal(body, out); err != nil {
		return err
	}
	if v, ok := out.(interface{ check() error }); ok {
		return v.check()
	}
	return nil
}
