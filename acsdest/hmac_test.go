package acsdest_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

var vectorTime = time.Date(2025, time.January, 6, 10, 20, 30, 0, time.UTC)

func TestSignature(t *testing.T) {
	now := func() time.Time { return vectorTime }
	for _, tt := range []struct {
		name            string
		call            func(*acsdest.Identity) error
		uri, hash, sign string
	}{
		{
			"create user with token",
			func(i *acsdest.Identity) error {
				_, err := i.CreateUser(context.Background(), &acsdest.CreateUserOptions{
					Scopes: []acsdest.TokenScope{acsdest.ScopeChat}, ExpiresIn: time.Hour,
				})
				return err
			},
			"/identities?api-version=2023-10-01",
			"kET9vD/6sAVRB6ISkrpOL44L0M1olvugZ/QYxlSQK9k=",
			"2Dzx5NLBmfoDkGo/mKH+z9+QTanPi5wTrogllR9oNjk=",
		},
		{
			"delete user",
			func(i *acsdest.Identity) error { return i.DeleteUser(context.Background(), alice) },
			"/identities/8%3Aacs%3A11111111-1111-1111-1111-111111111111_0000000a-b1cc-8a94-e3c7-593a0d003a89?api-version=2023-10-01",
			"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
			"EKSQpKAtZYLre8SIHnRNTa6boSAKKuB9Bs3eu9j8IbY=",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := play(status(201, `{"identity":{"id":"8:acs:x"}}`))
			if err := tt.call(newIdentity(t, s, &acsdest.ClientOptions{Now: now})); err != nil {
				t.Fatal(err)
			}
			got := s.sent[0]
			if got.URI != tt.uri {
				t.Errorf("sent %s; want %s", got.URI, tt.uri)
			}
			for name, want := range map[string]string{
				"x-ms-date":           "Mon, 06 Jan 2025 10:20:30 GMT",
				"x-ms-content-sha256": tt.hash,
				"Authorization":       "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=" + tt.sign,
			} {
				if v := got.Header.Get(name); v != want {
					t.Errorf("%s: %s; want %s", name, v, want)
				}
			}
		})
	}
}

func TestSignatureOfEveryAttemptIsFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(status(429, "", "Retry-After", "10"), status(201, `{"identity":{"id":"8:acs:x"}}`))
		identity := newIdentity(t, s, &acsdest.ClientOptions{Retry: retryOften})
		if _, err := identity.CreateUser(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		first, second := s.sent[0], s.sent[1]
		if first.Body != "{}" || second.Body != "{}" {
			t.Errorf("sent the bodies %q and %q; want {} both times", first.Body, second.Body)
		}
		if d := dateOf(t, second).Sub(dateOf(t, first)); d != 10*time.Second {
			t.Errorf("the second date is %s after the first; want 10s", d)
		}
		for i, r := range s.sent {
			if got, want := r.Header.Get("Authorization"), signature(r); got != want {
				t.Errorf("attempt %d is signed %s; want %s", i, got, want)
			}
		}
	})
}

func TestSignatureIncludesPort(t *testing.T) {
	conn, err := acsdest.ParseConnectionString("endpoint=https://127.0.0.1:4430/;accesskey=" + testKey)
	if err != nil {
		t.Fatal(err)
	}
	s := play(status(204, ""))
	identity, err := acsdest.NewIdentity(conn, withTransport(s, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := identity.DeleteUser(t.Context(), alice); err != nil {
		t.Fatal(err)
	}
	got := s.sent[0]
	if got.Host != "127.0.0.1:4430" || got.Header.Get("Authorization") != signature(got) {
		t.Errorf("host %s is signed %s; want %s", got.Host, got.Header.Get("Authorization"), signature(got))
	}
}

// signature is what the service computes from what it received.
func signature(r sentRequest) string {
	key, err := base64.StdEncoding.DecodeString(testKey)
	if err != nil {
		panic(err)
	}
	hash := sha256.Sum256([]byte(r.Body))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strings.Join([]string{
		r.Method, r.URI,
		r.Header.Get("x-ms-date") + ";" + r.Host + ";" + base64.StdEncoding.EncodeToString(hash[:]),
	}, "\n")))
	return "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=" +
		base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func dateOf(t *testing.T, r sentRequest) time.Time {
	t.Helper()
	d, err := time.Parse(http.TimeFormat, r.Header.Get("x-ms-date"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func FuzzSignature(f *testing.F) {
	f.Add(string(alice))
	f.Add("a/b?c=d&e#f%2F ü\x00")
	f.Fuzz(func(t *testing.T, id string) {
		s := play(status(204, ""))
		user := mapping.CommunicationUserID(id)
		err := newIdentity(t, s, nil).RevokeTokens(context.Background(), user)
		switch id {
		case "", ".", "..":
			if !asError(t, err).NotDone() || len(s.sent) > 0 {
				t.Fatalf("RevokeTokens(%q): %v; want it not sent", id, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got := s.sent[0]
		if got.Header.Get("Authorization") != signature(got) {
			t.Errorf("signed %s; want %s", got.Header.Get("Authorization"), signature(got))
		}
		if n := strings.Count(got.URI, "/"); n != 3 || strings.Count(got.URI, "?") != 1 {
			t.Errorf("the ID %q changes the address: %s", id, got.URI)
		}
	})
}
