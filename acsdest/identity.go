package acsdest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// IdentityVersion is the version of the Identity API that is used: the one that
// published SDKs use.
const IdentityVersion = "2023-10-01"

// entraScope is what an Entra token for Identity is asked for. The double slash
// is in Microsoft's own SDKs as well.
const entraScope = "https://communication.azure.com//.default"

// TokenScope is something that a user may do with a token.
type TokenScope string

// The scopes. Joining means everything but to create, change and delete threads;
// joining in a limited way, not to add or remove participants either.
const (
	ScopeChat            TokenScope = "chat"
	ScopeChatJoin        TokenScope = "chat.join"
	ScopeChatJoinLimited TokenScope = "chat.join.limited"
	ScopeVoIP            TokenScope = "voip"
	ScopeVoIPJoin        TokenScope = "voip.join"
)

// Identity creates and deletes the users of one ACS resource and issues their
// access tokens. It is safe for concurrent use.
type Identity struct{ client *client }

// NewIdentity makes a client that signs its calls with the access key of the
// resource.
func NewIdentity(conn Connection, opts *ClientOptions) (*Identity, error) {
	if conn.AccessKey.IsZero() {
		return nil, &ConnectionError{errors.New("no access key")}
	}
	o := opts.withDefaults()
	return newIdentity(conn.Endpoint, o, nil, []policy.Policy{&keyPolicy{conn.AccessKey, o.Now}})
}

// NewIdentityWithCredential makes a client that authenticates with Microsoft
// Entra ID, for example with a credential of azidentity. What the credential asks
// of Entra does not pass the gate of opts.
func NewIdentityWithCredential(endpoint string, cred azcore.TokenCredential, opts *ClientOptions) (*Identity, error) {
	if cred == nil {
		return nil, errors.New("no Entra credential")
	}
	bearer := runtime.NewBearerTokenPolicy(entraCredential{cred}, []string{entraScope}, nil)
	return newIdentity(endpoint, opts.withDefaults(), []policy.Policy{bearer}, nil)
}

func newIdentity(endpoint string, opts ClientOptions, before, after []policy.Policy) (*Identity, error) {
	opts.Logging.IncludeBody = false // the answers are tokens
	c, err := newClient(endpoint, IdentityVersion, opts, before, after)
	if err != nil {
		return nil, err
	}
	return &Identity{c}, nil
}

// entraCredential marks the errors of a credential, to tell them from those of ACS.
type entraCredential struct{ azcore.TokenCredential }

func (c entraCredential) GetToken(ctx context.Context, opts policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := c.TokenCredential.GetToken(ctx, opts)
	if err != nil {
		return azcore.AccessToken{}, &credentialError{err}
	}
	return token, nil
}

// CreateUserOptions tune CreateUser.
type CreateUserOptions struct {
	// Scopes, if there are any, make the call issue a first token as well.
	Scopes []TokenScope
	// ExpiresIn is the lifetime of that token, 1 h to 24 h. 0 means 24 h.
	ExpiresIn time.Duration
}

// NewUser is a user just created.
type NewUser struct {
	ID mapping.CommunicationUserID
	// Token is empty unless scopes were asked for.
	Token azcore.AccessToken
}

// CreateUser creates a user. The ID is the only handle there will ever be: users
// can be neither listed nor looked up, so a call whose answer is lost may leave a
// user that nothing refers to.
func (i *Identity) CreateUser(ctx context.Context, opts *CreateUserOptions) (NewUser, error) {
	if opts == nil {
		opts = &CreateUserOptions{}
	}
	call := limits.Call{Operation: limits.CreateIdentity}
	if len(opts.Scopes) > 0 {
		call.Operation = limits.CreateUserAndToken
	}
	var created createdUser
	err := i.client.send(ctx, request{call: call, method: http.MethodPost, path: "/identities", body: struct {
		Scopes  []TokenScope `json:"createTokenWithScopes,omitempty"`
		Minutes int64        `json:"expiresInMinutes,omitempty"`
	}{opts.Scopes, minutes(opts.ExpiresIn)}}, &created)
	if err != nil {
		return NewUser{}, err
	}
	return NewUser{ID: created.Identity.ID, Token: created.AccessToken.accessToken()}, nil
}

// IssueTokenOptions tune IssueToken.
type IssueTokenOptions struct {
	// Scopes are what the token allows. None means ScopeChat.
	Scopes []TokenScope
	// ExpiresIn is the lifetime of the token, 1 h to 24 h. 0 means 24 h.
	ExpiresIn time.Duration
}

// IssueToken issues a further token for user. Earlier ones stay valid. ExpiresOn
// is zero if neither the answer nor the token says when it ends.
func (i *Identity) IssueToken(ctx context.Context, user mapping.CommunicationUserID, opts *IssueTokenOptions) (azcore.AccessToken, error) {
	if opts == nil {
		opts = &IssueTokenOptions{}
	}
	scopes := opts.Scopes
	if len(scopes) == 0 {
		scopes = []TokenScope{ScopeChat}
	}
	var issued issuedToken
	err := i.user(ctx, limits.IssueToken, http.MethodPost, user, "/:issueAccessToken", struct {
		Scopes  []TokenScope `json:"scopes"`
		Minutes int64        `json:"expiresInMinutes,omitempty"`
	}{scopes, minutes(opts.ExpiresIn)}, &issued)
	return issued.accessToken(), err
}

// RevokeTokens ends all tokens of user, within 15 minutes.
func (i *Identity) RevokeTokens(ctx context.Context, user mapping.CommunicationUserID) error {
	return i.user(ctx, limits.RevokeTokens, http.MethodPost, user, "/:revokeAccessTokens", nil, nil)
}

// DeleteUser deletes user, with all tokens and all data of theirs.
func (i *Identity) DeleteUser(ctx context.Context, user mapping.CommunicationUserID) error {
	return i.user(ctx, limits.DeleteIdentity, http.MethodDelete, user, "", nil, nil)
}

// user makes a call about one user.
func (i *Identity) user(ctx context.Context, op limits.Operation, method string, user mapping.CommunicationUserID, action string, body, out any) error {
	return i.client.send(ctx, request{
		call:   limits.Call{Operation: op, User: string(user)},
		method: method,
		path:   "/identities/" + segment(user) + action,
		body:   body,
	}, out)
}

// minutes is d in whole minutes, rounded up. The service refuses what it does
// not like.
func minutes(d time.Duration) int64 { return int64((d + time.Minute - 1) / time.Minute) }

type createdUser struct {
	Identity    communicationUser `json:"identity"`
	AccessToken issuedToken       `json:"accessToken"`
}

func (u *createdUser) check() error {
	if u.Identity.ID == "" {
		return errors.New("no user ID in it")
	}
	return nil
}
