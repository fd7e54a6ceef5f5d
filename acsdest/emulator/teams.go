package emulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// exchangeToken is an operation that the table of limits does not list.
const exchangeToken limits.Operation = "exchange Teams user token"

type exchangeTokenRequest struct {
	Token  string `json:"token"` // of Entra ID
	AppID  string `json:"appId"`
	UserID string `json:"userId"`
}

func (in exchangeTokenRequest) check() error {
	for _, field := range []struct{ name, value string }{{"token", in.Token}, {"appId", in.AppID}, {"userId", in.UserID}} {
		if field.value == "" {
			return invalid(field.name, fmt.Sprintf("%s is required.", field.name))
		}
	}
	return nil
}

// entraClaims is what a token of Entra ID says of a Teams user.
type entraClaims struct {
	AppID     string `json:"appid"`
	ObjectID  string `json:"oid"`
	ExpiresAt int64  `json:"exp"` // Unix seconds
}

// parseEntraToken reads the claims of a JSON Web Token. Who signed it cannot be
// found out here.
func parseEntraToken(token string) (claims entraClaims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return entraClaims{}, false
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(data, &claims) != nil {
		return entraClaims{}, false
	}
	return claims, true
}

// exchangeTeamsToken turns an Entra ID token of a Teams user into a user access
// token that expires with it. As published, the token's claims must name the
// application and the user of the request. Chat refuses the new token, which is
// that of no communication user.
func (s *Server) exchangeTeamsToken(c *call) (reply, error) {
	var in exchangeTokenRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := in.check(); err != nil {
		return reply{}, err
	}
	claims, ok := parseEntraToken(in.Token)
	life := time.Until(time.Unix(claims.ExpiresAt, 0))
	if !ok || claims.AppID != in.AppID || claims.ObjectID != in.UserID || life <= 0 {
		return reply{}, badEntraToken()
	}
	token := s.newToken(userID("8:orgid:"+in.UserID), 0, []scope{scopeVoIP}, life)
	return reply{status: http.StatusOK, body: token}, nil
}

// badEntraToken is a refusal whose status and message were reported of the live
// service (AzureAD/microsoft-authentication-library-for-js issue 6990).
func badEntraToken() *refusal {
	r := unauthorized()
	r.message = "Provided access token is not valid."
	return r
}
