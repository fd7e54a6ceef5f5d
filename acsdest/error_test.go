package acsdest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

func TestErrorEnvelopes(t *testing.T) {
	const html = "<html><body><h1>Service Unavailable</h1></body></html>"
	type detail = acsdest.ErrorDetail
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   detail
		text   string
	}{
		{
			"documented", 400,
			`{"error":{"code":"ValidationError","message":"ExpiresInMinutes value 59 is invalid.","target":"ExpiresInMinutes"}}`,
			detail{Code: "ValidationError", Message: "ExpiresInMinutes value 59 is invalid.", Target: "ExpiresInMinutes"},
			"send message: 400 Bad Request (ValidationError): ExpiresInMinutes value 59 is invalid.",
		},
		{
			"with details", 400,
			`{"error":{"code":"A","message":"m","details":[{"code":"B","message":"n","target":"t"}],"innererror":{"code":"C"}}}`,
			detail{Code: "A", Message: "m", Details: []detail{{Code: "B", Message: "n", Target: "t"}}},
			"send message: 400 Bad Request (A): m",
		},
		{
			"chat, 2021", 400,
			`{"CommunicationError":{"Code":"BadRequest","Message":"Value for MessageId (x) is not valid.","Details":[]}}`,
			detail{Code: "BadRequest", Message: "Value for MessageId (x) is not valid.", Details: nil},
			"send message: 400 Bad Request: Value for MessageId (x) is not valid.",
		},
		{
			"chat without a message", 400, `{"CommunicationError":{"Code":"BadRequest","Details":[]}}`,
			detail{Code: "BadRequest"}, "send message: 400 Bad Request",
		},
		{
			"chat, pre-release", 403,
			`{"Error":{"Code":"Forbidden","Message":"The initiator doesn't have the permission.","Details":[]}}`,
			detail{Code: "Forbidden", Message: "The initiator doesn't have the permission."},
			"send message: 403 Forbidden: The initiator doesn't have the permission.",
		},
		{"empty 401", 401, "", detail{}, "send message: 401 Unauthorized"},
		{"HTML 503", 503, html, detail{}, "send message: 503 Service Unavailable"},
		{"text", 500, "oops", detail{}, "send message: 500 Internal Server Error"},
		{"error is no object", 400, `{"error":"invalid_token","CommunicationError":7}`, detail{}, "send message: 400 Bad Request"},
		{"a number as code", 400, `{"error":{"code":403,"message":null}}`, detail{Code: "403"}, "send message: 400 Bad Request (403)"},
		{
			"many lines", 400, `{"error":{"code":"X","message":"a\r\n\tb ` + strings.Repeat("c", 400) + `"}}`,
			detail{Code: "X", Message: "a\r\n\tb " + strings.Repeat("c", 400)},
			"send message: 400 Bad Request (X): a b " + strings.Repeat("c", 296) + "…",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := send(newChat(t, play(status(tt.status, tt.body), status(tt.status, tt.body)), nil))
			e := asError(t, err)
			if diff := cmp.Diff(tt.want, e.ErrorDetail); diff != "" {
				t.Errorf("detail (-want +got):\n%s", diff)
			}
			if want := tt.text + " [cv.1]"; err.Error() != want {
				t.Errorf("error %q; want %q", err, want)
			}
			if e.NoToken() {
				t.Errorf("%v: it says that there is no token", err)
			}
			if e.Operation != limits.SendMessage || e.StatusCode() != tt.status || e.RequestID != "cv.1" {
				t.Errorf("got %s, status %d, request %s", e.Operation, e.StatusCode(), e.RequestID)
			}
			var azure *azcore.ResponseError
			if !errors.As(err, &azure) || azure.StatusCode != tt.status || azure.ErrorCode != tt.want.Code {
				t.Errorf("no *azcore.ResponseError with %d %q in it: %v", tt.status, tt.want.Code, azure)
			}
		})
	}
}

func TestErrorShowsNothingSecret(t *testing.T) {
	failures := []answer{
		status(401, `{"error":{"code":"Denied"},"token":"`+secretToken+`"}`),
		status(503, "api-version=2025 very private "+secretToken),
		status(201, `{"id":7,"secret":"`+secretToken+`"}`),
		status(201, "very private"),
		fails(errors.New("reset")),
	}
	for _, answer := range failures {
		err := send(newChat(t, play(answer), nil))
		shown := fmt.Sprintf("%v %+v %s %q", err, err, err, err)
		if m, merr := json.Marshal(map[string]any{"error": err.Error()}); merr == nil {
			shown += string(m)
		}
		for _, secret := range []string{secretToken, "very private", "api-version", "thread.v2", "https://"} {
			if strings.Contains(shown, secret) {
				t.Errorf("%q shows in %q", secret, err)
			}
		}
		var azure *azcore.ResponseError
		if errors.As(err, &azure) && azure.RawResponse.Request.Header.Get("Authorization") != "" {
			t.Errorf("the token travels with %q", err)
		}
	}
}

func TestErrorRetryAfter(t *testing.T) {
	now := func() time.Time { return vectorTime }
	for _, tt := range []struct {
		header []string
		want   time.Duration
	}{
		{nil, 0},
		{[]string{"Retry-After", "7"}, 7 * time.Second},
		{[]string{"Retry-After", "0"}, 0},
		{[]string{"Retry-After", "-3"}, 0},
		{[]string{"Retry-After", "soon"}, 0},
		{[]string{"Retry-After", "99999999999999999999"}, 0},
		{[]string{"Retry-After", "9999999999999"}, 24 * time.Hour},
		{[]string{"Retry-After", vectorTime.Add(90 * time.Second).Format(http.TimeFormat)}, 90 * time.Second},
		{[]string{"Retry-After", vectorTime.Add(-time.Second).Format(http.TimeFormat)}, 0},
		{[]string{"retry-after-ms", "250", "Retry-After", "7"}, 250 * time.Millisecond},
		{[]string{"x-ms-retry-after-ms", "300"}, 300 * time.Millisecond},
	} {
		err := send(newChat(t, play(status(429, "", tt.header...)), &acsdest.ClientOptions{Now: now}))
		if got := asError(t, err).RetryAfter(); got != tt.want {
			t.Errorf("RetryAfter with %v is %s; want %s", tt.header, got, tt.want)
		}
	}
}

func TestErrorUnauthorized(t *testing.T) {
	ctx := context.Background()
	create := func(a answer) error {
		_, err := newIdentity(t, play(a), nil).CreateUser(ctx, nil)
		return err
	}
	for _, tt := range []struct {
		name string
		err  error
		want bool
		hint string
	}{
		{"key refused", create(status(401, `{"error":{"code":"Denied"}}`)), true, "check the connection string"},
		{"role missing", create(status(403, "")), true, "check the connection string"},
		{"limit reached", create(status(429, "")), false, ""},
		{"user's token refused", send(newChat(t, play(status(401, "")), nil)), false, "the user's token is refused"},
		{"no member", send(newChat(t, play(status(403, "")), nil)), false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := asError(t, tt.err)
			if got := e.Unauthorized(); got != tt.want {
				t.Errorf("Unauthorized of %v is %t; want %t", e, got, tt.want)
			}
			if got := e.Hint(); !strings.HasPrefix(got, tt.hint) || (got == "") != (tt.hint == "") {
				t.Errorf("Hint is %q; want %q", got, tt.hint)
			}
			if e.Unreachable() {
				t.Errorf("%v counts as unreachable", e)
			}
		})
	}
}

func FuzzErrorBody(f *testing.F) {
	f.Add(400, `{"error":{"code":"A","message":"m","target":"t","details":[{"code":1}]}}`)
	f.Add(503, `<html>`)
	f.Add(404, `{"CommunicationError":{"Code":"BadRequest","Details":[]}}`)
	f.Add(201, `{"id":"1"}`)
	f.Fuzz(func(t *testing.T, code int, body string) {
		if code < 200 || code > 599 {
			return
		}
		err := send(newChat(t, play(status(code, body)), nil))
		if err == nil {
			return
		}
		e := asError(t, err)
		if e.Status != code || strings.ContainsAny(err.Error(), "\n\r") {
			t.Errorf("status %d: %q", e.Status, err)
		}
		if want := code >= 400 && code < 500 && code != 408; e.NotDone() != want {
			t.Errorf("NotDone of %d is %t", code, e.NotDone())
		}
	})
}
