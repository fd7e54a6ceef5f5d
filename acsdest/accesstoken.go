package acsdest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// issuedToken is a token as Identity hands it out. The expiry is text at first,
// because an identity must not be lost over a date that nobody can read.
type issuedToken struct {
	Token     string    `json:"token"`
	ExpiresOn looseText `json:"expiresOn"`
}

func (t *issuedToken) check() error {
	if t.Token == "" {
		return errors.New("no token in it")
	}
	return nil
}

func (t issuedToken) accessToken() azcore.AccessToken {
	expires, err := time.Parse(time.RFC3339, string(t.ExpiresOn))
	if err != nil {
		expires, _ = jwtExpiry(t.Token)
	}
	return azcore.AccessToken{Token: t.Token, ExpiresOn: expires}
}

// jwtExpiry reads when a user access token ends, as the SDKs of the service do,
// from its claim exp; nothing else about tokens is documented to stay. The
// signature is the service's business.
func jwtExpiry(token string) (time.Time, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}, false
	}
	var claims struct {
		Exp float64 `json:"exp"` // seconds; RFC 7519 allows fractions
	}
	const year9999 = 253402300799 // beyond it time.Time has no RFC 3339
	if err := json.Unmarshal(payload, &claims); err != nil || claims.Exp <= 0 || claims.Exp > year9999 {
		return time.Time{}, false
	}
	return time.Unix(int64(claims.Exp), 0).UTC(), true
}
