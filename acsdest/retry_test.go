package acsdest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

var retryOften = &policy.RetryOptions{MaxRetries: 3, RetryDelay: time.Second}

func TestRetry(t *testing.T) {
	noConnection := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	get := func(c *acsdest.Chat) error {
		_, err := c.FetchThread(context.Background(), alice, thread)
		return err
	}
	for _, tt := range []struct {
		name     string
		retry    *policy.RetryOptions
		call     func(*acsdest.Chat) error
		first    answer
		attempts int
	}{
		{"nothing is repeated by default", nil, get, status(503, ""), 1},
		{"not even a 429", nil, send, status(429, ""), 1},
		{"a read is, after 503", retryOften, get, status(503, ""), 2},
		{"a read is, without an answer", retryOften, get, fails(io.ErrUnexpectedEOF), 2},
		{"a read is, with half an answer", retryOften, get, breaksOff(200), 2},
		{"a refused read is not", retryOften, get, status(403, ""), 1},
		{"a send is after 429", retryOften, send, status(429, ""), 2},
		{"a send is without a connection", retryOften, send, fails(noConnection), 2},
		{"a send is not after 503", retryOften, send, status(503, ""), 1},
		{"a send is not after 408", retryOften, send, status(408, ""), 1},
		{"a send is not without an answer", retryOften, send, fails(io.ErrUnexpectedEOF), 1},
		{"a send is not with half an answer", retryOften, send, breaksOff(201), 1},
		{
			"a caller may want less", &policy.RetryOptions{ShouldRetry: never},
			send, status(429, ""), 1,
		},
		{
			"but never more", &policy.RetryOptions{ShouldRetry: always, StatusCodes: []int{503}},
			send, status(503, ""), 1,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(tt.first, status(201, `{"id":"1"}`))
				err := tt.call(newChat(t, s, &acsdest.ClientOptions{Retry: tt.retry}))
				if got := s.count(); got != tt.attempts {
					t.Errorf("%d attempts (%v); want %d", got, err, tt.attempts)
				}
				if (err == nil) != (tt.attempts == 2) {
					t.Errorf("the call ended with %v after %d attempts", err, tt.attempts)
				}
			})
		})
	}
}

func TestRetryIgnoresTheCallersContext(t *testing.T) {
	s := play(status(503, ""), status(201, `{"id":"1"}`))
	ctx := policy.WithRetryOptions(t.Context(), policy.RetryOptions{MaxRetries: 3})
	_, err := newChat(t, s, nil).SendMessage(ctx, alice, thread, hello, nil)
	if got := s.count(); got != 1 || err == nil {
		t.Errorf("%d attempts, %v; want one that fails", got, err)
	}
}

func never(*http.Response, error) bool  { return false }
func always(*http.Response, error) bool { return true }
