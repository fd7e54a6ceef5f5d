package acsdest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// issuer is a service that numbers the tokens it issues.
type issuer struct {
	mu       sync.Mutex
	lifetime time.Duration
	delay    time.Duration
	issued   int
	refuse   map[string]bool // tokens that Chat answers with 401
	fail     answer          // instead of a token
}

func (s *issuer) Do(req *http.Request) (*http.Response, error) {
	if strings.HasPrefix(req.URL.Path, "/chat/") {
		if s.refuse[strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")] {
			return status(401, "")(req)
		}
		return status(201, `{"id":"1"}`)(req)
	}
	select {
	case <-time.After(s.delay):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail(req)
	}
	s.issued++
	token := fmt.Sprintf(`{"token":"token-%d","expiresOn":%q}`, s.issued, time.Now().Add(s.lifetime).Format(time.RFC3339))
	if strings.HasSuffix(req.URL.Path, "/:issueAccessToken") {
		return status(200, token)(req)
	}
	return status(201, `{"identity":{"id":"`+string(alice)+`"},"accessToken":`+token+`}`)(req)
}

func newTokens(t *testing.T, s *issuer, opts *acsdest.TokensOptions) *acsdest.Tokens {
	t.Helper()
	identity, err := acsdest.NewIdentity(connection(t), &acsdest.ClientOptions{Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	return acsdest.NewTokens(identity, opts)
}

func tokenOf(t *testing.T, tokens *acsdest.Tokens, user mapping.CommunicationUserID) string {
	t.Helper()
	token, err := tokens.Token(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	return token.Token
}

func TestTokensAreRefreshedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{lifetime: 24 * time.Hour}
		tokens := newTokens(t, s, nil)
		begun := time.Now()
		for time.Since(begun) < 50*time.Hour {
			token, err := tokens.Token(t.Context(), alice)
			if err != nil {
				t.Fatal(err)
			}
			if left := time.Until(token.ExpiresOn); left < 10*time.Minute {
				t.Fatalf("after %s the token is good for %s only", time.Since(begun), left)
			}
			time.Sleep(time.Minute)
		}
		if s.issued != 3 {
			t.Errorf("%d tokens in 50 hours; want 3", s.issued)
		}
	})
}

func TestTokensOfShortLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{lifetime: 8 * time.Minute}
		tokens := newTokens(t, s, nil)
		for range 8 {
			tokenOf(t, tokens, alice)
			time.Sleep(time.Minute)
		}
		if s.issued != 2 {
			t.Errorf("%d tokens of 8 minutes in 8 minutes; want 2", s.issued)
		}
	})
}

func TestTokenIsIssuedOnceForAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{lifetime: time.Hour, delay: time.Second}
		tokens := newTokens(t, s, nil)
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if got := tokenOf(t, tokens, alice); got != "token-1" {
					t.Errorf("got %s; want token-1", got)
				}
			})
		}
		wg.Wait()
		if s.issued != 1 {
			t.Errorf("%d tokens; want 1", s.issued)
		}
	})
}

func TestTokenOutlivesWhoAskedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{lifetime: time.Hour, delay: 20 * time.Second}
		tokens := newTokens(t, s, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := tokens.Token(ctx, alice); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the first got %v; want its own deadline", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if got := tokenOf(t, tokens, alice); got != "token-1" {
				t.Errorf("the second got %s; want token-1", got)
			}
		})
		wg.Wait()
	})
}

func TestTokenFailureReachesAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{delay: time.Second, fail: status(429, "", "Retry-After", "9")}
		tokens := newTokens(t, s, nil)
		chat, err := acsdest.NewChat(endpoint, tokens, &acsdest.ClientOptions{Transport: s})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				e := asError(t, send(chat))
				if !e.NotDone() || e.StatusCode() != 429 || e.RetryAfter() != 9*time.Second || e.Unauthorized() {
					t.Errorf("got %v, retry after %s; want the 429 of the token, not done", e, e.RetryAfter())
				}
			})
		}
		wg.Wait()
	})
}

// What became of a call whose token could not be had does not depend on what
// became of the token.
func TestTokenFailureIsNotDone(t *testing.T) {
	for _, tt := range []struct {
		name         string
		fail         answer
		status       int
		unauthorized bool
		text         string
	}{
		{"key refused", status(401, `{"error":{"code":"Denied"}}`), 401, true, "issue token: 401 Unauthorized (Denied) [cv.1]"},
		{"user unknown", status(404, ""), 404, false, "issue token: 404 Not Found [cv.1]"},
		{"service down", status(503, ""), 0, false, "issue token: 503 Service Unavailable [cv.1]"},
		{"connection lost", fails(errors.New("reset")), 0, false, "issue token: outcome unknown: reset"},
		{"no token in the answer", status(200, "{}"), 0, false, "issue token: 200 OK: answer cannot be read: no token in it [cv.1]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &issuer{fail: tt.fail}
			chat, err := acsdest.NewChat(endpoint, newTokens(t, s, nil), &acsdest.ClientOptions{Transport: s})
			if err != nil {
				t.Fatal(err)
			}
			err = send(chat)
			e := asError(t, err)
			if !e.NotDone() || e.StatusCode() != tt.status || e.Unauthorized() != tt.unauthorized {
				t.Errorf("%v: %s, status %d, unauthorized %t", err, e.Outcome, e.StatusCode(), e.Unauthorized())
			}
			if !e.NoToken() {
				t.Errorf("%v: it does not say that there is no token", err)
			}
			if want := "send message: get token of user: " + tt.text; err.Error() != want {
				t.Errorf("error %q; want %q", err, want)
			}
		})
	}
}

func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	s := &issuer{lifetime: time.Hour, refuse: map[string]bool{"token-1": true}}
	tokens := newTokens(t, s, nil)
	chat, err := acsdest.NewChat(endpoint, tokens, &acsdest.ClientOptions{Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	if err := send(chat); err != nil || s.issued != 2 {
		t.Errorf("got %v after %d tokens; want success with the second", err, s.issued)
	}
	s.refuse["token-2"], s.refuse["token-3"] = true, true
	if e := asError(t, send(chat)); e.StatusCode() != 401 || !e.NotDone() || s.issued != 3 {
		t.Errorf("got %v after %d tokens; want a 401 after the third", e, s.issued)
	}
}

func TestInvalidateLeavesNewerTokens(t *testing.T) {
	s := &issuer{lifetime: time.Hour}
	tokens := newTokens(t, s, nil)
	first := tokenOf(t, tokens, alice)
	tokens.Invalidate(alice, first)
	second := tokenOf(t, tokens, alice)
	tokens.Invalidate(alice, first)
	tokens.Invalidate(bob, second)
	if got := tokenOf(t, tokens, alice); got != second || first == second {
		t.Errorf("got %s after %s and %s; want the second again", got, first, second)
	}
}

func TestTokensAreKeptForSomeUsersOnly(t *testing.T) {
	s := &issuer{lifetime: time.Hour}
	tokens := newTokens(t, s, &acsdest.TokensOptions{Users: 2})
	for _, step := range []struct {
		user mapping.CommunicationUserID
		want string
	}{
		{"a", "token-1"}, {"b", "token-2"}, {"a", "token-1"}, // b was not used for longest
		{"c", "token-3"}, {"a", "token-1"}, {"b", "token-4"},
	} {
		if got := tokenOf(t, tokens, step.user); got != step.want {
			t.Errorf("%s has %s; want %s", step.user, got, step.want)
		}
	}
}

func TestTokensCreateUser(t *testing.T) {
	s := &issuer{lifetime: time.Hour}
	tokens := newTokens(t, s, nil)
	user, err := tokens.CreateUser(t.Context())
	if err != nil || user != alice {
		t.Fatalf("CreateUser = %s, %v", user, err)
	}
	if got := tokenOf(t, tokens, user); got != "token-1" || s.issued != 1 {
		t.Errorf("got %s after %d tokens; want the one issued with the user", got, s.issued)
	}
}

// The options of the request that needs a token are not those of the token's.
func TestTokenRequestIsItsOwn(t *testing.T) {
	s := play(status(200, issued), status(201, `{"id":"1"}`, "x-which", "chat"))
	identity := newIdentity(t, s, nil)
	chat, err := acsdest.NewChat(endpoint, acsdest.NewTokens(identity, nil), withTransport(s, nil))
	if err != nil {
		t.Fatal(err)
	}
	var captured *http.Response
	ctx := policy.WithHTTPHeader(t.Context(), http.Header{"X-Mine": {"1"}})
	ctx = policy.WithCaptureResponse(ctx, &captured)
	if _, err := chat.SendMessage(ctx, alice, thread, hello, nil); err != nil {
		t.Fatal(err)
	}
	if s.sent[0].Header.Get("X-Mine") != "" || s.sent[1].Header.Get("X-Mine") != "1" {
		t.Errorf("the caller's header went to the wrong request")
	}
	if captured == nil || captured.Header.Get("x-which") != "chat" {
		t.Errorf("captured %v; want the answer to the message", captured)
	}
}

func TestTokenExpiry(t *testing.T) {
	exp := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	jwt := "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp":%d,"acsScope":"chat"}`, exp.Unix())) + ".sig"
	for _, tt := range []struct {
		name, body string
		want       time.Time
	}{
		{"seven digits and an offset", `{"token":"t","expiresOn":"2021-06-16T23:04:04.2528414+00:00"}`, time.Date(2021, 6, 16, 23, 4, 4, 252841400, time.UTC)},
		{"the answer before the token", `{"token":"` + jwt + `","expiresOn":"2029-01-01T00:00:00Z"}`, time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"only the token", `{"token":"` + jwt + `"}`, exp},
		{"nonsense beside the token", `{"token":"` + jwt + `","expiresOn":"tomorrow"}`, exp},
		{"nowhere", `{"token":"t"}`, time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newIdentity(t, play(status(200, tt.body)), nil).IssueToken(t.Context(), alice, nil)
			if err != nil || !got.ExpiresOn.Equal(tt.want) {
				t.Errorf("IssueToken expires %s, %v; want %s", got.ExpiresOn, err, tt.want)
			}
		})
	}
}

func FuzzTokenExpiry(f *testing.F) {
	f.Add("a.eyJleHAiOjE3MDAwMDAwMDB9.c", "")
	f.Add("a.eyJleHAiOjFlMzAwfQ.c", "x")
	f.Add("..", "2021-06-16T23:04:04.2528414+00:00")
	f.Fuzz(func(t *testing.T, token, expiresOn string) {
		body, err := json.Marshal(map[string]string{"token": token, "expiresOn": expiresOn})
		if err != nil {
			t.Fatal(err)
		}
		got, err := newIdentity(t, play(status(200, string(body))), nil).IssueToken(context.Background(), alice, nil)
		if (err == nil) != (token != "") {
			t.Fatalf("IssueToken of %q: %v", token, err)
		}
		if y := got.ExpiresOn.Year(); y < 0 || y > 9999 {
			t.Errorf("%q expires in the year %d", token, y)
		}
	})
}
