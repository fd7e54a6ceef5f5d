package acsdest

import (
	"errors"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// retryOptions are those for one call. They overrule what the caller's context
// may say, since azcore by itself would repeat a POST whose answer was lost.
func (c *client) retryOptions(method string) policy.RetryOptions {
	if c.retry == nil {
		return policy.RetryOptions{MaxRetries: -1}
	}
	opts := *c.retry
	opts.TryTimeout = 0 // AttemptTimeout bounds it, and leaves out the wait at the gate
	opts.ShouldRetry = func(resp *http.Response, err error) bool {
		return harmless(method, resp, err) && (c.retry.ShouldRetry == nil || c.retry.ShouldRetry(resp, err))
	}
	return opts
}

// RetryReads are retries for a client that only reads: of a list of a thousand
// pages, one that cannot be read at once must not cost the others.
func RetryReads() *policy.RetryOptions {
	return &policy.RetryOptions{MaxRetries: 6, RetryDelay: 500 * time.Millisecond, MaxRetryDelay: 20 * time.Second}
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
