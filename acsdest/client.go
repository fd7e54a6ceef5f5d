package acsdest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// What the telemetry header and the tracer say of this package.
const (
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
	attempt := &attemptPolicy{gate: opts.Gate, timeout: opts.AttemptTimeout, now: opts.Now}
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

// request is a call before it is made.
type request struct {
	call   limits.Call
	method string
	path   string // escaped
	query  url.Values
	header http.Header
	body   any // sent as JSON unless nil
	// link is the address of a page that is not the first. It stands for path and
	// query, and is sent as the service wrote it.
	link string
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

func (c *client) build(ctx context.Context, r request) (*policy.Request, error) {
	address, err := c.address(r)
	if err != nil {
		return nil, err
	}
	req, err := runtime.NewRequest(ctx, r.method, address)
	if err != nil {
		return nil, withoutURL(err)
	}
	for name, values := range r.header {
		req.Raw().Header[name] = values
	}
	req.Raw().Header.Set("Accept", "application/json")
	if r.body == nil {
		return req, nil
	}
	body, err := encode(r.body)
	if err != nil {
		return nil, err
	}
	contentType := "application/json"
	if r.method == http.MethodPatch {
		contentType = "application/merge-patch+json"
	}
	return req, req.SetBody(streaming.NopCloser(bytes.NewReader(body)), contentType)
}

func (c *client) address(r request) (string, error) {
	if r.link != "" {
		return r.link, c.checkLink(r.link)
	}
	for id := range strings.SplitSeq(r.path[1:], "/") {
		if id == "" || id == "." || id == ".." {
			return "", fmt.Errorf("%q is no ID", id)
		}
	}
	query := url.Values{"api-version": {c.apiVersion}}
	for name, values := range r.query {
		query[name] = values
	}
	return c.base.String() + r.path + "?" + query.Encode(), nil
}

// checkLink refuses to take a token to another host than the one it is for.
func (c *client) checkLink(link string) error {
	u, err := url.Parse(link)
	switch {
	case err != nil || strings.ContainsAny(link, " \t\r\n"):
		return errors.New("follow next link: not a URL")
	case u.Scheme != c.base.Scheme || authority(u) != c.base.Host || u.User != nil:
		return fmt.Errorf("follow next link: it leads to %s://%s instead of %s", u.Scheme, u.Host, c.base)
	}
	return nil
}

// encode writes v as JSON without the escapes that only HTML needs: they would
// count against the size of a message.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

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

// retryOptions are those for one call. They overrule what the caller's context
// may say, since azcore by itself would repeat a POST whose answer was lost.
func (c *client) retryOptions(method string) policy.RetryOptions {
	if c.retry == nil {
		return policy.RetryOptions{MaxRetries: -1}
	}
	opts := *c.retry
	opts.TryTimeout = 0 // AttemptTimeout, which leaves out the wait at the gate
	opts.ShouldRetry = func(resp *http.Response, err error) bool {
		if !harmless(method, resp, err) {
			return false
		}
		return c.retry.ShouldRetry == nil || c.retry.ShouldRetry(resp, err)
	}
	return opts
}

// harmless reports that repeating an attempt does no harm and may help.
func harmless(method string, resp *http.Response, err error) bool {
	reads := method == http.MethodGet
	if err != nil {
		var e *Error
		return errors.As(err, &e) && (e.unreachable || reads && e.Outcome != OutcomeNotDone)
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return reads
	}
	return false
}

// segment escapes an ID as one segment of a path, the way Microsoft's own SDKs do.
func segment[ID ~string](id ID) string {
	return strings.NewReplacer(":", "%3A", "@", "%40").Replace(url.PathEscape(string(id)))
}
