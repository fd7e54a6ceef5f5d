package emulator_test

import (
	"encoding/base64"
	"net/http"
	"testing"
	"time"
)

const (
	teamsApp  = "11111111-1111-1111-1111-111111111111"
	teamsUser = "22222222-2222-2222-2222-222222222222"
)

// entraToken is a token of Entra ID without a signature.
func entraToken(t *testing.T, app, user string, expires time.Time) string {
	payload := toJSON(t, map[string]any{"appid": app, "oid": user, "exp": expires.Unix()})
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

func TestTeamsTokenClaims(t *testing.T) {
	c := client{t, open(t, nil)}
	soon := time.Now().Add(time.Hour).Truncate(time.Second)
	good := entraToken(t, teamsApp, teamsUser, soon)
	for _, tt := range []struct {
		name, token, app, user string
		status                 int
	}{
		{"good", good, teamsApp, teamsUser, http.StatusOK},
		{"no token", "", teamsApp, teamsUser, http.StatusBadRequest},
		{"no application", good, "", teamsUser, http.StatusBadRequest},
		{"no user", good, teamsApp, "", http.StatusBadRequest},
		{"not a token", "x", teamsApp, teamsUser, http.StatusUnauthorized},
		{"without claims", "e30.e30.e30", teamsApp, teamsUser, http.StatusUnauthorized},
		{"claims that are no JSON", "e30.e.e30", teamsApp, teamsUser, http.StatusUnauthorized},
		{"of another application", good, teamsUser, teamsUser, http.StatusUnauthorized},
		{"of another user", good, teamsApp, teamsApp, http.StatusUnauthorized},
		{"expired", entraToken(t, teamsApp, teamsUser, time.Now()), teamsApp, teamsUser, http.StatusUnauthorized},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := toJSON(t, map[string]string{"token": tt.token, "appId": tt.app, "userId": tt.user})
			a := c.do("POST", "/teamsUser/:exchangeAccessToken", "", body).want(t, tt.status)
			if tt.status != http.StatusOK {
				if a.text("error.message") == "" {
					t.Errorf("body = %s; want a documented error", a.raw)
				}
				return
			}
			if expires, err := time.Parse(time.RFC3339, a.text("expiresOn")); err != nil || expires.Sub(soon).Abs() > time.Second {
				t.Errorf("expiresOn = %v, %v; want %v, that of the token", expires, err, soon)
			}
			c.do("GET", "/chat/threads", a.text("token"), "").want(t, http.StatusUnauthorized)
		})
	}
}
