package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// maxClockSkew is how far a request's date may be from the server's. The
// service does not publish its own.
const maxClockSkew = 5 * time.Minute

const hmacScheme = "HMAC-SHA256 "

// authenticateKey checks that a call to Identity was signed with the access key,
// or carries the Entra ID token that Options names.
func (s *Server) authenticateKey(c *call) error {
	header := c.r.Header.Get("Authorization")
	if token, ok := strings.CutPrefix(header, "Bearer "); ok {
		if s.opts.EntraToken != "" && subtle.ConstantTimeCompare([]byte(token), []byte(s.opts.EntraToken)) == 1 {
			return nil
		}
		return unauthorized()
	}
	parameters, ok := strings.CutPrefix(header, hmacScheme)
	if !ok {
		return denied("The request is not signed.")
	}
	names, signature, ok := parseSignature(parameters)
	if !ok {
		return denied("The Authorization header is malformed.")
	}
	if c.r.Header.Get("x-ms-content-sha256") != contentHash(c.body) {
		return denied("Request 'x-ms-content-sha256' differs from generated content hash.")
	}
	if !isRecent(c.r) {
		return denied("The request date is missing, or too far from the current time.")
	}
	want := signature256(s.state.accessKey, stringToSign(c.r, names))
	if !hmac.Equal([]byte(signature), []byte(want)) {
		return denied("The signature does not match.")
	}
	return nil
}

// parseSignature reads "SignedHeaders=a;b;c&Signature=…". The host and the hash
// of the body must be among the signed headers.
func parseSignature(parameters string) (names []string, signature string, ok bool) {
	for part := range strings.SplitSeq(parameters, "&") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "SignedHeaders":
			names = strings.Split(strings.ToLower(value), ";")
		case "Signature":
			signature = value
		}
	}
	signed := make(map[string]bool, len(names))
	for _, name := range names {
		signed[name] = true
	}
	ok = signature != "" && signed["host"] && signed["x-ms-content-sha256"] && (signed["x-ms-date"] || signed["date"])
	return names, signature, ok
}

// stringToSign is what the client signed: the method, the path and query as
// they were on the wire, and the signed headers' values in their order.
func stringToSign(r *http.Request, names []string) string {
	values := make([]string, len(names))
	for i, name := range names {
		if name == "host" {
			values[i] = r.Host
		} else {
			values[i] = r.Header.Get(name)
		}
	}
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") { // no network between, or an absolute form
		target = r.URL.RequestURI()
	}
	return r.Method + "\n" + target + "\n" + strings.Join(values, ";")
}

func signature256(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func contentHash(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// isRecent reports whether the request's date is near enough to now.
func isRecent(r *http.Request) bool {
	value := r.Header.Get("x-ms-date")
	if value == "" {
		value = r.Header.Get("Date")
	}
	at, err := http.ParseTime(value)
	return err == nil && time.Since(at).Abs() <= maxClockSkew
}
