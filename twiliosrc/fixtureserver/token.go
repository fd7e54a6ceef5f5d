package fixtureserver

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// position is a place in a list from which a page can be read. It is a place in
// the recording, not a number of items: what is inserted or removed before it
// does not shift it, unless a fault asks for that.
type position struct {
	Place int64 `json:"or"`
	Page  int   `json:"pg"`
	Back  bool  `json:"bk,omitempty"` // the page ends there instead
	// Hid and Gone are what had changed before the place when the token was
	// issued: the newest resource was not there yet, and so many were deleted.
	Hid  bool `json:"hd,omitempty"`
	Gone int  `json:"gn,omitempty"`
}

// pageToken is a position and what proves that this server has issued it, for
// this very list.
type pageToken struct {
	position
	Seal []byte `json:"s"`
}

const tokenPrefix = "PT"

// sealToken makes a token as opaque as Twilio's, which begin in the same way.
func (s *Server) sealToken(r *http.Request, c collection, p position) string {
	p.Gone = s.changes.goneBefore(c, p.Place)
	text, err := json.Marshal(pageToken{p, s.seal(r, c, p)})
	if err != nil {
		panic(err) // numbers and bytes always have a JSON form
	}
	return tokenPrefix + base64.StdEncoding.EncodeToString(text)
}

// openToken refuses whatever it has not issued.
func (s *Server) openToken(r *http.Request, c collection, token string) (position, error) {
	var t pageToken
	encoded, ok := strings.CutPrefix(token, tokenPrefix)
	text, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || json.Unmarshal(text, &t) != nil || !hmac.Equal(t.Seal, s.seal(r, c, t.position)) {
		return position{}, &apiError{http.StatusBadRequest, codePageToken, "Invalid PageToken"}
	}
	return t.position, nil
}

// seal covers the list, what shapes it, and the position. The page size may
// change between pages.
func (s *Server) seal(r *http.Request, c collection, p position) []byte {
	var text bytes.Buffer
	fmt.Fprintf(&text, "%q %t %+v", r.URL.Path, c.desc, p)
	for _, name := range c.filters {
		if name != "Order" { // desc says what it means
			fmt.Fprintf(&text, " %q", r.URL.Query().Get(name))
		}
	}
	return s.sign(text.Bytes())[:12]
}

// sign proves that something comes from this server.
func (s *Server) sign(text []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write(text)
	return mac.Sum(nil)
}
