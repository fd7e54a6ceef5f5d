package acsdest_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// The URL in messages is the file's own, and private.
func TestBlobStoreURLs(t *testing.T) {
	server := azuriteFor(t)
	store := server.store(t, nil)
	const key = "CH1/ME1/a b%#?ü.txt"
	put(t, store, key, strings.NewReader("hello"), []byte("hello"))

	plain := mapping.Rules{MediaURL: store.URLTemplate()}.URL(key)
	if code, _ := server.get(t, http.MethodGet, plain); code/100 != 4 {
		t.Errorf("%s answers %d to anybody", plain, code)
	}
	signed, err := store.SignedURL(t.Context(), key, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if before, _, _ := strings.Cut(signed, "?"); before != plain {
		t.Errorf("signed is %s; want %s", before, plain)
	}
	if code, body := server.get(t, http.MethodGet, signed); code != 200 || body != "hello" {
		t.Errorf("the signed URL answers %d, %q", code, body)
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		if code, _ := server.get(t, method, signed); code/100 != 4 {
			t.Errorf("the signed URL answers %d to %s", code, method)
		}
	}
	for _, validity := range []time.Duration{0, -time.Hour, 8 * 24 * time.Hour} {
		if _, err := store.SignedURL(t.Context(), key, validity); err == nil {
			t.Errorf("signed for %s", validity)
		}
	}
	if _, err := store.SignedURL(t.Context(), "../x", time.Hour); err == nil {
		t.Error("signed for a key that is none")
	}
}

// With Entra, Azure gives out a key to sign with. Azurite does, but does not know
// signatures as new as these.
func TestBlobStoreSignsWithEntra(t *testing.T) {
	server := azuriteFor(t)
	store, err := acsdest.NewBlobStoreWithCredential(mediaURL, &storageToken{}, server.options())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := store.SignedURL(t.Context(), photoKey, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(signed)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	expiry, err := time.Parse(time.RFC3339, q.Get("se"))
	if left := time.Until(expiry); err != nil || left < 59*time.Minute || left > time.Hour {
		t.Errorf("it ends in %s, %v", left, err)
	}
	for name, want := range map[string]string{"sp": "r", "sr": "b", "spr": "https", "skoid": tenant} {
		if got := q.Get(name); got != want {
			t.Errorf("%s is %q; want %q", name, got, want)
		}
	}
	if u.Path != "/media/"+photoKey || q.Get("sig") == "" {
		t.Errorf("signed is the path %s", u.Path)
	}
	refused, err := acsdest.NewBlobStoreWithCredential(mediaURL, &entra{}, &acsdest.BlobStoreOptions{Transport: play(status(403, ""))})
	if err != nil {
		t.Fatal(err)
	}
	_, err = refused.SignedURL(t.Context(), photoKey, time.Hour)
	if e := asBlobError(t, err); !e.Unauthorized() {
		t.Errorf("nobody may sign: %v", err)
	}
}

// get asks as anybody might.
func (s *azuriteServer) get(t *testing.T, method, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(content)
}
