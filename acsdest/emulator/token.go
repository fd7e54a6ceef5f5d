package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A scope is what a user access token permits.
type scope string

// The scopes of tokens. Each of the three of Chat permits what the next does.
const (
	scopeChat        scope = "chat"
	scopeJoin        scope = "chat.join"
	scopeJoinLimited scope = "chat.join.limited"
	scopeVoIP        scope = "voip"
	scopeVoIPJoin    scope = "voip.join"
)

var allScopes = []scope{scopeChat, scopeJoin, scopeJoinLimited, scopeVoIP, scopeVoIPJoin}

// reach orders the scopes of Chat; 0 is none.
func (s scope) reach() int {
	switch s {
	case scopeChat:
		return 3
	case scopeJoin:
		return 2
	case scopeJoinLimited:
		return 1
	}
	return 0
}

// Lifetimes of tokens in minutes (OpenAPI document of Identity).
const (
	minTokenMinutes     = 60
	maxTokenMinutes     = 1440
	defaultTokenMinutes = 1440
)

// chatRights is the claim scp that recorded tokens with the scope chat carry.
const chatRights = 1792

// tokenHeader is the first part of every token: a JSON Web Token signed with
// HMAC-SHA256. The service signs with RSA, but says that the form is no
// contract, and no SDK looks further than at exp.
var tokenHeader = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","kid":"1","typ":"JWT"}`))

// claims is what a token says.
type claims struct {
	SkypeID    string `json:"skypeid"` // the user without the leading "8:"
	Rights     int    `json:"scp"`
	Issued     string `json:"csi"` // Unix seconds
	IssuedAt   int64  `json:"iat"`
	ExpiresAt  int64  `json:"exp"`
	Scopes     string `json:"acsScope"` // separated by commas
	Resource   string `json:"resourceId"`
	Generation int    `json:"gen"` // of the identity: revocation counts it up
}

func (c claims) user() userID { return userID("8:" + c.SkypeID) }

// permits reports whether one of the scopes reaches need.
func (c claims) permits(need scope) bool {
	return slices.ContainsFunc(strings.Split(c.Scopes, ","), func(s string) bool {
		return scope(s).reach() >= need.reach()
	})
}

// newToken issues a token for the identity u.
func (s *Server) newToken(u userID, generation int, scopes []scope, life time.Duration) accessToken {
	if s.opts.TokenLife > 0 {
		life = min(life, s.opts.TokenLife)
	}
	at := time.Now()
	expires := at.Add(life)
	names := make([]string, len(scopes))
	for i, sc := range scopes {
		names[i] = string(sc)
	}
	c := claims{
		SkypeID:    strings.TrimPrefix(string(u), "8:"),
		Rights:     chatRights,
		Issued:     strconv.FormatInt(at.Unix(), 10),
		IssuedAt:   at.Unix(),
		ExpiresAt:  expires.Unix(),
		Scopes:     strings.Join(names, ","),
		Resource:   s.state.resource,
		Generation: generation,
	}
	payload, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers only
	}
	signed := tokenHeader + "." + base64.RawURLEncoding.EncodeToString(payload)
	return accessToken{
		Token:     signed + "." + s.state.tokenSignature(signed),
		ExpiresOn: expires.UTC().Format("2006-01-02T15:04:05.0000000-07:00"),
	}
}

func (st *state) tokenSignature(signed string) string {
	mac := hmac.New(sha256.New, st.tokenKey)
	mac.Write([]byte(signed))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// parseToken reads a token of this resource whose signature is right.
func (st *state) parseToken(token string) (claims, bool) {
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return claims{}, false
	}
	signed, signature := token[:dot], token[dot+1:]
	if !hmac.Equal([]byte(signature), []byte(st.tokenSignature(signed))) {
		return claims{}, false
	}
	_, payload, _ := strings.Cut(signed, ".")
	data, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return claims{}, false
	}
	var c claims
	if err := json.Unmarshal(data, &c); err != nil {
		return claims{}, false
	}
	return c, c.Resource == st.resource
}
