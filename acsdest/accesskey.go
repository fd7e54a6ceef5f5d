package acsdest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
)

// AccessKey is the secret of an ACS resource. However it is printed, logged or
// marshalled, it does not show itself.
type AccessKey struct {
	secret *[]byte // behind a pointer, so that no verb of fmt reaches it
}

const redacted = "REDACTED"

// ParseAccessKey reads a key as the Azure portal shows it, in base64.
func ParseAccessKey(s string) (AccessKey, error) {
	secret, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return AccessKey{}, errors.New("access key is not base64") // err would give away where it breaks off
	}
	if len(secret) == 0 {
		return AccessKey{}, errors.New("access key is empty")
	}
	return AccessKey{&secret}, nil
}

// IsZero reports whether there is no key.
func (k AccessKey) IsZero() bool { return k.secret == nil }

// String hides the key.
func (AccessKey) String() string { return redacted }

// GoString hides the key.
func (AccessKey) GoString() string { return "acsdest.AccessKey{" + redacted + "}" }

// LogValue hides the key.
func (AccessKey) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON hides the key.
func (AccessKey) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText hides the key.
func (AccessKey) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// sign returns the HMAC-SHA256 of s in base64.
func (k AccessKey) sign(s string) string {
	mac := hmac.New(sha256.New, *k.secret)
	mac.Write([]byte(s))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
