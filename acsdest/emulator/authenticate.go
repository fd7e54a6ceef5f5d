package emulator

import (
	"strings"
	"time"
)

// authenticate checks the access key of a call to Identity, the user access
// token and its scope of a call to Chat. Each is refused with the other's.
func (s *Server) authenticate(e endpoint, c *call) error {
	if e.scope == "" {
		return s.authenticateKey(c)
	}
	return s.authenticateUser(c, e.scope)
}

// authenticateUser finds out whose token a call carries, and whether the token
// still counts and reaches far enough.
func (s *Server) authenticateUser(c *call, need scope) error {
	token, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		r := unauthorized()
		r.noBody = true // reported of the live service
		return r
	}
	claims, err := s.checkToken(token)
	switch {
	case err != nil:
		return err
	case time.Now().Unix() >= claims.ExpiresAt:
		return unauthorized()
	case !claims.permits(need):
		return forbidden()
	}
	c.user = claims.user()
	return nil
}

// checkToken is what a token says, unless it is forged or revoked or its
// identity is deleted. It does not look at the time.
func (s *Server) checkToken(token string) (claims, error) {
	said, epoch, known := s.tokens.find(token)
	if known {
		return said, nil
	}
	said, ok := s.state.parseToken(token)
	if !ok {
		return claims{}, unauthorized()
	}
	var id identity
	err := s.state.read(func(t tx) (err error) {
		id, err = t.liveIdentity(said.user())
		return err
	})
	switch {
	case isRefusal(err), err == nil && id.revoked(said.Generation, s.opts.RevocationDelay):
		return claims{}, unauthorized()
	case err != nil:
		return claims{}, err
	case said.Generation == id.Generation: // others stop to count with time
		s.tokens.keep(token, said, epoch)
	}
	return said, nil
}
