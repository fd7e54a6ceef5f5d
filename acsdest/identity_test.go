package acsdest_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

func TestIdentityOperations(t *testing.T) {
	const userPath = "/identities/8%3Aacs%3A11111111-1111-1111-1111-111111111111_0000000a-b1cc-8a94-e3c7-593a0d003a89"
	for _, tt := range []struct {
		operation limits.Operation
		call      func(context.Context, *acsdest.Identity) error
		method    string
		path      string
		body      string
		answer    answer
	}{
		{limits.CreateIdentity, func(ctx context.Context, i *acsdest.Identity) error {
			_, err := i.CreateUser(ctx, nil)
			return err
		}, "POST", "/identities", `{}`, status(201, `{"identity":{"id":"8:acs:x"}}`)},
		{limits.CreateUserAndToken, func(ctx context.Context, i *acsdest.Identity) error {
			_, err := i.CreateUser(ctx, &acsdest.CreateUserOptions{Scopes: []acsdest.TokenScope{acsdest.ScopeChat, acsdest.ScopeVoIP}, ExpiresIn: 90*time.Minute + 1})
			return err
		}, "POST", "/identities", `{"createTokenWithScopes":["chat","voip"],"expiresInMinutes":91}`, status(201, `{"identity":{"id":"8:acs:x"}}`)},
		{limits.IssueToken, func(ctx context.Context, i *acsdest.Identity) error {
			_, err := i.IssueToken(ctx, alice, nil)
			return err
		}, "POST", userPath + "/:issueAccessToken", `{"scopes":["chat"]}`, status(200, issued)},
		{limits.IssueToken, func(ctx context.Context, i *acsdest.Identity) error {
			_, err := i.IssueToken(ctx, alice, &acsdest.IssueTokenOptions{Scopes: []acsdest.TokenScope{acsdest.ScopeChatJoin}, ExpiresIn: 24 * time.Hour})
			return err
		}, "POST", userPath + "/:issueAccessToken", `{"scopes":["chat.join"],"expiresInMinutes":1440}`, status(200, issued)},
		{limits.RevokeTokens, func(ctx context.Context, i *acsdest.Identity) error { return i.RevokeTokens(ctx, alice) },
			"POST", userPath + "/:revokeAccessTokens", "", status(204, "")},
		{limits.DeleteIdentity, func(ctx context.Context, i *acsdest.Identity) error { return i.DeleteUser(ctx, alice) },
			"DELETE", userPath, "", status(204, "")},
	} {
		t.Run(string(tt.operation), func(t *testing.T) {
			s := play(tt.answer, status(400, ""))
			identity := newIdentity(t, s, nil)
			if err := tt.call(t.Context(), identity); err != nil {
				t.Fatal(err)
			}
			got := s.sent[0]
			if uri := tt.path + "?api-version=2023-10-01"; got.Method != tt.method || got.URI != uri || got.Body != tt.body {
				t.Errorf("sent %s %s %s; want %s %s %s", got.Method, got.URI, got.Body, tt.method, uri, tt.body)
			}
			if e := asError(t, tt.call(t.Context(), identity)); e.Operation != tt.operation || e.StatusCode() != 400 {
				t.Errorf("got %v; want a 400 of %s", e, tt.operation)
			}
		})
	}
}

func TestCreateUser(t *testing.T) {
	for _, tt := range []struct {
		name, body, token string
		done              bool
	}{
		{"without a token", `{"identity":{"id":"8:acs:x"}}`, "", true},
		{"with a token", `{"identity":{"id":"8:acs:x"},"accessToken":` + issued + `}`, "a.b.c", true},
		{"with a token nobody can date", `{"identity":{"id":"8:acs:x"},"accessToken":{"token":"t","expiresOn":7}}`, "t", true},
		{"without an ID", `{"identity":{}}`, "", false},
		{"without a body", ``, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newIdentity(t, play(status(201, tt.body)), nil).CreateUser(t.Context(), nil)
			if !tt.done {
				if e := asError(t, err); e.Outcome != acsdest.OutcomeDone {
					t.Errorf("%v is %s; want done", err, e.Outcome)
				}
				return
			}
			if err != nil || got.ID != "8:acs:x" || got.Token.Token != tt.token {
				t.Errorf("CreateUser = %s with token %q, %v; want token %q", got.ID, got.Token.Token, err, tt.token)
			}
		})
	}
}

// entra is a credential of Microsoft Entra ID.
type entra struct {
	scopes []string
	err    error
}

func (e *entra) GetToken(_ context.Context, opts policy.TokenRequestOptions) (azcore.AccessToken, error) {
	e.scopes = opts.Scopes
	return azcore.AccessToken{Token: "entra", ExpiresOn: time.Now().Add(time.Hour)}, e.err
}

func TestIdentityWithCredential(t *testing.T) {
	for _, tt := range []struct {
		name                      string
		err                       error
		unauthorized, unreachable bool
	}{
		{"a token", nil, false, false},
		{"refused", errors.New("AADSTS7000215: invalid client secret"), true, false},
		{"nobody there", &net.OpError{Op: "dial", Err: errors.New("refused")}, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cred := &entra{err: tt.err}
			s := play(status(204, ""))
			identity, err := acsdest.NewIdentityWithCredential(endpoint, cred, withTransport(s, nil))
			if err != nil {
				t.Fatal(err)
			}
			err = identity.DeleteUser(t.Context(), alice)
			if len(cred.scopes) != 1 || cred.scopes[0] != "https://communication.azure.com//.default" {
				t.Errorf("asked for %q", cred.scopes)
			}
			if tt.err == nil {
				if err != nil || s.sent[0].Header.Get("Authorization") != "Bearer entra" {
					t.Errorf("got %v, authorized with %q", err, s.sent[0].Header.Get("Authorization"))
				}
				return
			}
			e := asError(t, err)
			if !e.NotDone() || e.Unauthorized() != tt.unauthorized || e.Unreachable() != tt.unreachable || !errors.Is(err, tt.err) {
				t.Errorf("%v: %s, unauthorized %t, unreachable %t", err, e.Outcome, e.Unauthorized(), e.Unreachable())
			}
		})
	}
}

func TestConstructorsRefuse(t *testing.T) {
	for name, err := range map[string]error{
		"no key":         second(acsdest.NewIdentity(acsdest.Connection{Endpoint: endpoint}, nil)),
		"no credential":  second(acsdest.NewIdentityWithCredential(endpoint, nil, nil)),
		"plain HTTP":     second(acsdest.NewIdentityWithCredential("http://contoso.example", &entra{}, nil)),
		"no tokens":      second(acsdest.NewChat(endpoint, nil, nil)),
		"no endpoint":    second(acsdest.NewChat("", oneToken("t"), nil)),
		"plain HTTP too": second(acsdest.NewChat("http://127.0.0.1:8080", oneToken("t"), nil)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }
