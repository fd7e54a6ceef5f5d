package emulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"
)

// maxCustomID is the longest ID of the caller's, in characters (OpenAPI
// document of 2025-03-02-preview).
const maxCustomID = 256

// identity is a communication user, as stored. A deleted one stays, so that its
// messages are known to be gone.
type identity struct {
	Created    millis `json:"created"`
	Deleted    millis `json:"deleted,omitempty"`
	Generation int    `json:"generation,omitempty"` // tokens of earlier ones are revoked
	RevokedAt  millis `json:"revokedAt,omitempty"`
	CustomID   string `json:"customId,omitempty"`
}

// revoked reports whether tokens of the given generation no longer count.
// Revocation may take effect late.
func (i identity) revoked(generation int, delay time.Duration) bool {
	return generation < i.Generation && now() >= i.RevokedAt+millis(delay.Milliseconds())
}

func (t tx) identity(u userID) (identity, bool, error) {
	return load[identity](t.bucket(bucketIdentities), []byte(u))
}

func (t tx) saveIdentity(u userID, i identity) error {
	return save(t.bucket(bucketIdentities), []byte(u), i)
}

// liveIdentity is an identity that exists, or a refusal.
func (t tx) liveIdentity(u userID) (identity, error) {
	id, found, err := t.identity(u)
	if err == nil && (!found || id.Deleted > 0) {
		err = identityNotFound()
	}
	return id, err
}

// identityJSON is an identity in an answer. The name of the caller's own ID
// changed between commits of the preview: both are sent.
type identityJSON struct {
	ID         userID `json:"id"`
	CustomID   string `json:"customId,omitempty"`
	ExternalID string `json:"externalId,omitempty"`
}

func (i identity) json(u userID) identityJSON {
	return identityJSON{ID: u, CustomID: i.CustomID, ExternalID: i.CustomID}
}

type createIdentityRequest struct {
	Scopes  []scope `json:"createTokenWithScopes"`
	Minutes *int    `json:"expiresInMinutes"`

	CustomID   string `json:"customId"` // either of both names
	ExternalID string `json:"externalId"`
}

type createIdentityResult struct {
	Identity identityJSON `json:"identity"`
	Token    *accessToken `json:"accessToken,omitempty"`
}

// asksForToken reports whether a body of POST /identities also asks for a
// token, which has a limit of its own.
func asksForToken(body []byte) bool {
	var in createIdentityRequest
	return json.Unmarshal(body, &in) == nil && len(in.Scopes) > 0
}

// createIdentity makes an identity, and a token for it when asked. An identity
// with the same custom ID is found instead, in the preview that knows them.
func (s *Server) createIdentity(c *call) (reply, error) {
	var in createIdentityRequest
	if len(c.body) > 0 {
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
	}
	life, err := tokenLife(in.Scopes, in.Minutes)
	if err != nil {
		return reply{}, err
	}
	created := identity{Created: now()}
	if c.version == customIDVersion {
		created.CustomID = cmp.Or(in.CustomID, in.ExternalID)
	}
	if utf8.RuneCountInString(created.CustomID) > maxCustomID {
		return reply{}, invalid("CustomId", fmt.Sprintf("CustomId must have at most %d characters.", maxCustomID))
	}
	u := newUserID(s.state.resource)
	status := http.StatusCreated
	err = s.state.write(func(t tx) error {
		if known, found := t.byCustomID(created.CustomID); found {
			u, status = known, http.StatusOK
			created, err = t.liveIdentity(u)
			return err
		}
		return t.createIdentity(u, created)
	})
	if err != nil {
		return reply{}, err
	}
	out := createIdentityResult{Identity: created.json(u)}
	if len(in.Scopes) > 0 {
		token := s.newToken(u, created.Generation, in.Scopes, life)
		out.Token = &token
	}
	return reply{status: status, body: out}, nil
}

func (t tx) byCustomID(custom string) (userID, bool) {
	if custom == "" {
		return "", false
	}
	u := t.bucket(bucketCustomIDs).Get([]byte(custom))
	return userID(u), u != nil
}

func (t tx) createIdentity(u userID, i identity) error {
	identities := t.bucket(bucketIdentities)
	if _, err := identities.NextSequence(); err != nil { // counts identities: see Stats
		return err
	}
	if i.CustomID != "" {
		if err := t.bucket(bucketCustomIDs).Put([]byte(i.CustomID), []byte(u)); err != nil {
			return err
		}
	}
	return t.saveIdentity(u, i)
}

// identityID is the identity that the path names.
func (c *call) identityID() (userID, error) {
	u := userID(c.r.PathValue("user"))
	if _, ok := u.resource(); !ok {
		return "", invalid("id", "The identifier is not valid.")
	}
	return u, nil
}

// getIdentity reads an identity, in the preview that can.
func (s *Server) getIdentity(c *call) (reply, error) {
	if c.version != customIDVersion {
		return reply{}, c.noRoute()
	}
	u, err := c.identityID()
	if err != nil {
		return reply{}, err
	}
	var id identity
	err = s.state.read(func(t tx) error {
		id, err = t.liveIdentity(u)
		return err
	})
	return reply{status: http.StatusOK, body: id.json(u)}, err
}

// deleteIdentity revokes the tokens of an identity and takes it out of all its
// threads. Its messages read as deleted from then on: see graves.
func (s *Server) deleteIdentity(c *call) (reply, error) {
	return s.changeIdentity(c, func(t tx, u userID, i *identity) error {
		i.Deleted = now()
		if i.CustomID != "" {
			if err := t.bucket(bucketCustomIDs).Delete([]byte(i.CustomID)); err != nil {
				return err
			}
		}
		return t.leaveAll(u)
	})
}

// changeIdentity applies change to the identity of the path and stores it.
func (s *Server) changeIdentity(c *call, change func(tx, userID, *identity) error) (reply, error) {
	u, err := c.identityID()
	if err != nil {
		return reply{}, err
	}
	err = s.state.write(func(t tx) error {
		id, err := t.liveIdentity(u)
		if err != nil {
			return err
		}
		if err := change(t, u, &id); err != nil {
			return err
		}
		return t.saveIdentity(u, id)
	})
	s.tokens.forget()
	return reply{status: http.StatusNoContent}, err
}
