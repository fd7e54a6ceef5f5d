package emulator_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// TestSignature checks what makes a signed request to Identity good, and every
// change that spoils it.
func TestSignature(t *testing.T) {
	s := open(t, &emulator.Options{EntraToken: "entra"})
	const body = `{"createTokenWithScopes":["chat"]}`
	for _, tt := range []struct {
		name   string
		spoil  func(*http.Request)
		status int
	}{
		{"untouched", func(*http.Request) {}, http.StatusCreated},
		{"Entra ID token", func(r *http.Request) { r.Header = http.Header{"Authorization": {"Bearer entra"}} }, http.StatusCreated},
		{"other token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, http.StatusUnauthorized},
		{"not signed", func(r *http.Request) { r.Header.Del("Authorization") }, http.StatusUnauthorized},
		{"other path", func(r *http.Request) { r.URL.Path = "/identities/" }, http.StatusNotFound},
		{"other query", func(r *http.Request) { r.URL.RawQuery += "&x=1" }, http.StatusUnauthorized},
		{"other host", func(r *http.Request) { r.Host = "acs.example:8443" }, http.StatusUnauthorized},
		{"other body", func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("{}")) }, http.StatusUnauthorized},
		{"other date", func(r *http.Request) {
			r.Header.Set("x-ms-date", time.Now().Add(time.Second).UTC().Format(http.TimeFormat))
		}, http.StatusUnauthorized},
		{"no date", func(r *http.Request) { r.Header.Del("x-ms-date") }, http.StatusUnauthorized},
		{"body hash not signed", func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), ";x-ms-content-sha256", "", 1))
		}, http.StatusUnauthorized},
		{"other scheme", func(r *http.Request) { r.Header.Set("Authorization", "Basic eDp5") }, http.StatusUnauthorized},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequest("POST", host+"/identities?api-version="+identityVersion, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			sign(t, req, s.AccessKey(), []byte(body))
			tt.spoil(req)
			resp, err := s.Transport().RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			data, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != tt.status {
				t.Errorf("status = %d %s; want %d", resp.StatusCode, data, tt.status)
			}
		})
	}
}

func TestClockSkew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		for _, tt := range []struct {
			age    time.Duration
			status int
		}{{5 * time.Minute, http.StatusCreated}, {5*time.Minute + time.Second, http.StatusUnauthorized}} {
			req, err := http.NewRequest("POST", host+"/identities?api-version="+identityVersion, nil)
			if err != nil {
				t.Fatal(err)
			}
			sign(t, req, s.AccessKey(), nil)
			time.Sleep(tt.age)
			resp, err := s.Transport().RoundTrip(req)
			if err != nil || resp.StatusCode != tt.status {
				t.Errorf("request %v old = %v, %v; want %d", tt.age, resp, err, tt.status)
			}
		}
	})
}

// TestEscapedIdentity checks that the signature is that of the path on the wire.
func TestEscapedIdentity(t *testing.T) {
	c := client{t, open(t, nil)}
	for _, escape := range []*strings.Replacer{strings.NewReplacer(":", "%3A"), strings.NewReplacer()} {
		c.do("DELETE", "/identities/"+escape.Replace(c.user().id), "", "").want(t, http.StatusNoContent)
	}
}
