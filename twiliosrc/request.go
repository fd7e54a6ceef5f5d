package twiliosrc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/twilio/twilio-go/client"
)

const (
	userAgent = "twilio2acs"
	// attemptTimeout bounds one attempt, body included: a page of 100 messages
	// of 32 KB takes a while on a slow line.
	attemptTimeout = 2 * time.Minute
	// maxBody bounds the body of an answer. A page holds at most 100 messages.
	maxBody = 64 << 20
	// maxRetryAfter is the longest wait that is obeyed; who asks for more is
	// out of order.
	maxRetryAfter = 5 * time.Minute
	// firstAttempts is how often a host is tried that has never answered: the
	// name is more likely wrong than the network down.
	firstAttempts = 3

	firstPause = 500 * time.Millisecond
	lastPause  = 30 * time.Second
)

var errNoAnswer = fmt.Errorf("no answer within %s", attemptTimeout)

// fetch GETs target, path and query, from e and returns the JSON body. It
// repeats the request while that makes sense.
func (c *Client) fetch(ctx context.Context, e *endpoint, target string) ([]byte, error) {
	return retry(ctx, c, e, func() ([]byte, error) { return c.attempt(ctx, e, target) })
}

func (c *Client) attempt(ctx context.Context, e *endpoint, target string) ([]byte, error) {
	if err := c.requests.enter(ctx); err != nil {
		return nil, err
	}
	defer c.requests.leave()
	ctx, cancel := context.WithTimeoutCause(ctx, attemptTimeout, errNoAnswer)
	defer cancel()

	started := time.Now()
	resp, err := e.handler(boundClient{ctx, c, e}).Get(e.base+target, nil, nil, "")
	path, _, _ := strings.Cut(target, "?")
	if err != nil {
		err = unreachable(ctx, e.target.Host, err)
		c.log.DebugContext(ctx, "twilio did not answer", "path", path, "error", err, "took", time.Since(started))
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return nil, unreachable(ctx, e.target.Host, err)
	}
	e.reached.Store(true)
	account, _ := strconv.Atoi(resp.Header.Get("Twilio-Concurrent-Requests"))
	c.requests.answered(ctx, started, resp.StatusCode == http.StatusTooManyRequests, account)
	c.log.DebugContext(ctx, "twilio answered", "path", path, "status", resp.StatusCode,
		"request", requestID(resp), "took", time.Since(started))
	if resp.StatusCode != http.StatusOK || len(body) > maxBody || !json.Valid(body) {
		return nil, newAPIError(resp, path, body, c.credentials.Password)
	}
	return body, nil
}

// boundClient is the client as twilio-go sees it for the time of one request.
// twilio-go hands no context on, so that of the call travels here. Its own
// client is not used: it has none of our retries, tells nothing of the headers
// of an error, and alters query strings.
type boundClient struct {
	ctx context.Context
	c   *Client
	e   *endpoint
}

// AccountSid is the account that is read.
func (b boundClient) AccountSid() string { return string(b.c.credentials.AccountSID) }

// SetTimeout changes nothing: the context bounds each request.
func (b boundClient) SetTimeout(time.Duration) {}

// SetOauth changes nothing: Basic authentication is used.
func (b boundClient) SetOauth(client.OAuth) {}

// OAuth is nil: Basic authentication is used.
func (b boundClient) OAuth() client.OAuth { return nil }

// SendRequest sends a GET for rawURL to where the endpoint's requests go. Data
// and body are for writing, which this program never does.
func (b boundClient) SendRequest(method, rawURL string, _ url.Values, _ map[string]any, _ ...byte) (*http.Response, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	if method != http.MethodGet || u.Host != b.e.host {
		return nil, fmt.Errorf("refuse to send %s to %s", method, u.Host)
	}
	u.Scheme, u.Host = b.e.target.Scheme, b.e.target.Host
	req, err := http.NewRequestWithContext(b.ctx, method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(b.c.credentials.Username, b.c.credentials.Password)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	return b.c.api.Do(req)
}

// unreachable sorts the error of a request out: the end of the context, or no
// answer. What it returns holds no URL.
func unreachable(ctx context.Context, host string, err error) error {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errNoAnswer), errors.Is(cause, errStalled):
		err = cause
	case cause != nil:
		return cause
	}
	var wrapper *url.Error
	if errors.As(err, &wrapper) {
		err = wrapper.Err
	}
	return &UnreachableError{Host: host, Err: err}
}

// retry repeats a GET of e after throttling, an outage or a broken connection.
func retry[T any](ctx context.Context, c *Client, e *endpoint, get func() (T, error)) (T, error) {
	p := &patience{endpoint: e}
	p.pause = backoff.ExponentialBackOff{
		InitialInterval: firstPause, MaxInterval: lastPause, Multiplier: 2, RandomizationFactor: 0.5,
	}
	return backoff.Retry(ctx, func() (T, error) {
		v, err := get()
		if p.last = err; err != nil && !repeatable(err) {
			err = backoff.Permanent(err)
		}
		return v, err
	},
		backoff.WithBackOff(p),
		backoff.WithMaxTries(uint(c.maxAttempts)),
		backoff.WithMaxElapsedTime(0),
		backoff.WithNotify(func(err error, pause time.Duration) {
			c.log.WarnContext(ctx, "asking twilio again", "error", err, "in", pause)
		}),
	)
}

// repeatable reports whether the same request may succeed a little later.
func repeatable(err error) bool {
	var refused *APIError
	var download *DownloadError
	var size *MediaSizeError
	switch {
	case errors.As(err, &size):
		return size.Got < size.Want // it was cut short
	case errors.As(err, &refused):
		return retriable(refused.Status)
	case errors.As(err, &download):
		return retriable(download.Status)
	}
	return errors.As(err, new(*UnreachableError))
}

func retriable(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// patience says how long to wait before the next attempt, by the last error.
type patience struct {
	endpoint *endpoint
	pause    backoff.ExponentialBackOff
	attempts int
	last     error
}

// Reset is called by backoff before the first attempt.
func (p *patience) Reset() { p.pause.Reset() }

// NextBackOff is called by backoff after each failed attempt.
func (p *patience) NextBackOff() time.Duration {
	p.attempts++
	var refused *APIError
	switch {
	case errors.As(p.last, &refused) && refused.RetryAfter > maxRetryAfter:
		return backoff.Stop
	case refused != nil && refused.RetryAfter > 0:
		return refused.RetryAfter
	case p.attempts >= firstAttempts && !p.endpoint.reached.Load():
		return backoff.Stop
	}
	return p.pause.NextBackOff()
}
