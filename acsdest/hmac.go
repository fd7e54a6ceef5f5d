package acsdest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// keyPolicy signs every attempt with the access key. It stands behind the retry
// policy and the gate, because the date is part of what is signed and the service
// refuses an old one.
type keyPolicy struct {
	key AccessKey
	now func() time.Time
}

func (p *keyPolicy) Do(req *policy.Request) (*http.Response, error) {
	hash, err := contentHash(req.Body())
	if err != nil {
		return nil, fmt.Errorf("hash request: %w", err)
	}
	raw := req.Raw()
	raw.Host = authority(raw.URL)
	date := p.now().UTC().Format(http.TimeFormat)
	raw.Header.Set("x-ms-date", date)
	raw.Header.Set("x-ms-content-sha256", hash)
	raw.Header.Set("Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+
		p.key.sign(stringToSign(raw, date, hash)))
	return req.Next()
}

// stringToSign is what the service signs as well to compare. RequestURI is path
// and query exactly as they go over the wire.
func stringToSign(req *http.Request, date, hash string) string {
	return req.Method + "\n" + req.URL.RequestURI() + "\n" + date + ";" + req.Host + ";" + hash
}

// contentHash is the SHA-256 of body in base64. It leaves body at its start.
func contentHash(body io.ReadSeeker) (string, error) {
	h := sha256.New()
	if body != nil {
		if _, err := body.Seek(0, io.SeekStart); err != nil {
			return "", err
		}
		if _, err := io.Copy(h, body); err != nil {
			return "", err
		}
		if _, err := body.Seek(0, io.SeekStart); err != nil {
			return "", err
		}
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil)), nil
}
