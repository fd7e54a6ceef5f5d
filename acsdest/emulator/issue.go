package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

type accessToken struct {
	Token     string `json:"token"`
	ExpiresOn string `json:"expiresOn"`
}

type issueTokenRequest struct {
	Scopes  []scope `json:"scopes"`
	Minutes *int    `json:"expiresInMinutes"`
}

func (s *Server) issueToken(c *call) (reply, error) {
	u, err := c.identityID()
	if err != nil {
		return reply{}, err
	}
	var in issueTokenRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if len(in.Scopes) == 0 {
		return reply{}, invalid("Scopes", "At least one scope is required.")
	}
	life, err := tokenLife(in.Scopes, in.Minutes)
	if err != nil {
		return reply{}, err
	}
	var id identity
	err = s.state.read(func(t tx) error {
		id, err = t.liveIdentity(u)
		return err
	})
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: s.newToken(u, id.Generation, in.Scopes, life)}, nil
}

func (s *Server) revokeTokens(c *call) (reply, error) {
	return s.changeIdentity(c, func(_ tx, _ userID, i *identity) error {
		i.Generation++
		i.RevokedAt = now()
		return nil
	})
}

// tokenLife is how long a token is asked to live. Scopes and minutes are checked.
func tokenLife(scopes []scope, minutes *int) (time.Duration, error) {
	for _, sc := range scopes {
		if !slices.Contains(allScopes, sc) {
			return 0, invalid("Scopes", "The scope is not known.")
		}
	}
	n := defaultTokenMinutes
	if minutes != nil {
		n = *minutes
	}
	if n < minTokenMinutes || n > maxTokenMinutes {
		return 0, invalid("ExpiresInMinutes", fmt.Sprintf(
			"ExpiresInMinutes value %d is invalid. Value must be within the [%d, %d] interval.", n, minTokenMinutes, maxTokenMinutes))
	}
	return time.Duration(n) * time.Minute, nil
}
