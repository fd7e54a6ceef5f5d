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
	now        func() time.Time
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
	return &client{base, apiVersion, az.Pipeline(), az.Tracer(), opts.Retry, opts.Now}, nil
}

// send makes a call and decodes its answer into out, unless out is nil. Its error
// is always an *Error.
func (c *client) send(ctx context.Context, r request, out any) (err error) {
	ctx, end := runtime.StartSpan(ctx, moduleName+": "+string(r.call.Operation), c.tracer, nil)
	defer func() { end(err) }()

	rec := &record{call: r.call}
	req, err := c.build(policy.WithRetryOptions(ctx, c.retryOptions(r.method)), r)
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
