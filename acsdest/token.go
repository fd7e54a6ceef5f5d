package acsdest

import (
	"cmp"
	"container/list"
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"golang.org/x/sync/singleflight"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A TokenSource gives Chat the token of a user. It is used concurrently.
//
// One that has a method Invalidate, as [Tokens] has, is told which token the
// service refused with 401, and asked once more.
type TokenSource interface {
	Token(ctx context.Context, user mapping.CommunicationUserID) (azcore.AccessToken, error)
}

type tokenInvalidator interface {
	Invalidate(user mapping.CommunicationUserID, token string)
}

// TokensOptions tune Tokens. The zero value is a sound default.
type TokensOptions struct {
	// Scopes are what the tokens allow. None means ScopeChat.
	Scopes []TokenScope
	// ExpiresIn is the lifetime of a token, 1 h to 24 h. 0 means 24 h.
	ExpiresIn time.Duration
	// Users is how many users' tokens are kept; those not used for longest go
	// first. 0 means 10,000.
	Users int
}

// refreshBefore is how much of its lifetime a token is no longer used for, as
// with the SDKs of the service.
const refreshBefore = 10 * time.Minute

// Tokens issues tokens of users and keeps them, in memory alone, as long as they
// are fresh. Whoever asks for a token that is being issued waits for that one. It
// is safe for concurrent use.
type Tokens struct {
	identity *Identity
	opts     TokensOptions
	issuing  singleflight.Group

	mu    sync.Mutex
	kept  map[mapping.CommunicationUserID]*list.Element // of *keptToken
	order list.List                                     // the latest used first
}

type keptToken struct {
	user       mapping.CommunicationUserID
	token      azcore.AccessToken
	freshUntil time.Time
}

// NewTokens makes a provider of tokens that identity issues.
func NewTokens(identity *Identity, opts *TokensOptions) *Tokens {
	if opts == nil {
		opts = &TokensOptions{}
	}
	t := &Tokens{identity: identity, opts: *opts, kept: make(map[mapping.CommunicationUserID]*list.Element)}
	t.opts.Users = cmp.Or(t.opts.Users, 10_000)
	if len(t.opts.Scopes) == 0 {
		t.opts.Scopes = []TokenScope{ScopeChat}
	}
	return t
}

// CreateUser creates a user together with the first token, in one call.
func (t *Tokens) CreateUser(ctx context.Context) (mapping.CommunicationUserID, error) {
	u, err := t.identity.CreateUser(ctx, &CreateUserOptions{Scopes: t.opts.Scopes, ExpiresIn: t.opts.ExpiresIn})
	if err != nil {
		return "", err
	}
	if u.Token.Token != "" {
		t.keep(u.ID, u.Token)
	}
	return u.ID, nil
}

// Token returns a token of user that is good for ten more minutes at least.
func (t *Tokens) Token(ctx context.Context, user mapping.CommunicationUserID) (azcore.AccessToken, error) {
	for {
		if token, ok := t.lookup(user); ok {
			return token, nil
		}
		issued := t.issuing.DoChan(string(user), func() (any, error) { return t.issue(ctx, user) })
		select {
		case <-ctx.Done():
			return azcore.AccessToken{}, ctx.Err()
		case r := <-issued:
			if r.Err == nil {
				return r.Val.(azcore.AccessToken), nil
			}
			// It was issued in the context of whoever came first. If only that one
			// gave up, the next in line takes over.
			if !gaveUp(r.Err) || ctx.Err() != nil {
				return azcore.AccessToken{}, r.Err
			}
		}
	}
}

// abandoned is the failure to issue a token for a caller that has gone.
type abandoned struct{ err error }

func (e *abandoned) Error() string { return e.err.Error() }
func (e *abandoned) Unwrap() error { return e.err }

func gaveUp(err error) bool {
	var e *abandoned
	return errors.As(err, &e)
}

func (t *Tokens) issue(ctx context.Context, user mapping.CommunicationUserID) (azcore.AccessToken, error) {
	if token, ok := t.lookup(user); ok { // issued since the caller looked
		return token, nil
	}
	// What the caller wants of its own request is not meant for this one.
	ctx = policy.WithHTTPHeader(ctx, http.Header{})
	ctx = policy.WithCaptureResponse(ctx, new(*http.Response))
	token, err := t.identity.IssueToken(ctx, user, &IssueTokenOptions{Scopes: t.opts.Scopes, ExpiresIn: t.opts.ExpiresIn})
	switch {
	case err == nil:
		t.keep(user, token)
		return token, nil
	case ctx.Err() != nil:
		return azcore.AccessToken{}, &abandoned{err}
	default:
		return azcore.AccessToken{}, err
	}
}

// Invalidate forgets a token that was refused. A newer one of the same user stays.
func (t *Tokens) Invalidate(user mapping.CommunicationUserID, token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.kept[user]; ok && e.Value.(*keptToken).token.Token == token {
		t.remove(e)
	}
}

func (t *Tokens) lookup(user mapping.CommunicationUserID) (azcore.AccessToken, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.kept[user]
	if !ok {
		return azcore.AccessToken{}, false
	}
	k := e.Value.(*keptToken)
	if !t.identity.client.now().Before(k.freshUntil) {
		t.remove(e)
		return azcore.AccessToken{}, false
	}
	t.order.MoveToFront(e)
	return k.token, true
}

func (t *Tokens) keep(user mapping.CommunicationUserID, token azcore.AccessToken) {
	now := t.identity.client.now()
	freshUntil := token.ExpiresOn.Add(-refreshBefore)
	if left := token.ExpiresOn.Sub(now); left > 0 && left <= refreshBefore {
		// Shorter than the service admits. Without this every call would ask anew.
		freshUntil = now.Add(left / 2)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.kept[user]; ok {
		t.remove(e)
	}
	t.kept[user] = t.order.PushFront(&keptToken{user, token, freshUntil})
	if t.order.Len() > t.opts.Users {
		t.remove(t.order.Back())
	}
}

func (t *Tokens) remove(e *list.Element) {
	t.order.Remove(e)
	delete(t.kept, e.Value.(*keptToken).user)
}
