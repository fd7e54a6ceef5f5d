package acsdest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

const mediaURL = "https://" + storageHost + "/media"

func TestContainerURL(t *testing.T) {
	const azuriteURL = "http://127.0.0.1:10000/contosomedia/media"
	for _, tt := range []struct{ in, want string }{
		{mediaURL, mediaURL},
		{mediaURL + "/", mediaURL},
		{"HTTPS://ContosoMedia.Blob.Core.Windows.Net:443/media", mediaURL},
		{"https://contosomedia.z01.blob.storage.azure.net/media", ""}, // of another account, as far as the host tells
		{"https://contosomedia.blob.core.chinacloudapi.cn/media", "https://contosomedia.blob.core.chinacloudapi.cn/media"},
		{azuriteURL, azuriteURL},
		{"http://localhost:10000/contosomedia/media/", "http://localhost:10000/contosomedia/media"},
		{"http://[::1]:10000/contosomedia/media", "http://[::1]:10000/contosomedia/media"},
		{"https://azurite:10000/contosomedia/media", "https://azurite:10000/contosomedia/media"},
		{"https://" + storageHost + "/a-1", "https://" + storageHost + "/a-1"},
		{"", ""},
		{"contosomedia", ""},
		{"https://", ""},
		{"https:media", ""},
		{"https://" + storageHost, ""},
		{"https://" + storageHost + "/", ""},
		{mediaURL + "/folder", ""},
		{mediaURL + "//", ""},
		{"https://" + storageHost + "/me%64ia", ""},
		{"https://" + storageHost + "/Media", ""},
		{"https://" + storageHost + "/me", ""},
		{"https://" + storageHost + "/" + strings.Repeat("m", 64), ""},
		{"https://" + storageHost + "/me--dia", ""},
		{"https://" + storageHost + "/-media", ""},
		{"https://" + storageHost + "/$root", ""},
		{"https://" + storageHost + "/$web", ""},
		{"http://" + storageHost + "/media", ""},
		{"http://azurite:10000/contosomedia/media", ""},
		{"ftp://" + storageHost + "/media", ""},
		{"https://127.0.0.1:10000//media", ""},
		{"https://127.0.0.1:10000/con%74osomedia/media", ""},
		{"https://127.0.0.1:10000/contosomedia/media/folder", ""},
		{"https://user@" + storageHost + "/media", ""},
		{mediaURL + "?sv=2026-06-06&sig=S3CR3T", ""},
		{mediaURL + "?restype=container", ""},
		{mediaURL + "?", ""},
		{mediaURL + "#x", ""},
	} {
		store, err := acsdest.NewBlobStore(tt.in, storageConnection(t), nil)
		switch {
		case err == nil && (store.URL() != tt.want || store.URLTemplate() != tt.want+"/{key}"):
			t.Errorf("%q is %s with the template %s; want %q", tt.in, store.URL(), store.URLTemplate(), tt.want)
		case err != nil && tt.want != "":
			t.Errorf("%q: %v; want %s", tt.in, err, tt.want)
		}
	}
}

func TestContainerURLWithSignature(t *testing.T) {
	for _, url := range []string{
		mediaURL + "?sv=2026-06-06&ss=b&sp=rl&sig=S3CR3T%2Fx%3D", mediaURL + "?sig=S3CR3T%zz", mediaURL + "/?SIG=S3CR3T",
		mediaURL + "#sig=S3CR3T", "http://" + storageHost + "/media?sig=S3CR3T", "https://:S3CR3T@" + storageHost + "/media",
		"https://" + storageHost + "/%zz?sig=S3CR3T", "https://" + storageHost + ":S3CR3T/media", "S3CR3T",
	} {
		_, err := acsdest.NewBlobStore(url, storageConnection(t), nil)
		var e *acsdest.ContainerURLError
		if !errors.As(err, &e) || e.Hint() == "" || e.Unwrap() == nil {
			t.Errorf("%s: %v; want a ContainerURLError", url, err)
			continue
		}
		if strings.Contains(e.Error()+e.Hint(), "S3CR3T") {
			t.Errorf("%s: the secret is in %q, %q", url, e, e.Hint())
		}
	}
}

func FuzzContainerURL(f *testing.F) {
	for _, seed := range []string{mediaURL, mediaURL + "?sig=x", "http://127.0.0.1:10000/contosomedia/media", "https://[::1%25a]/a/b", "https://a:b@c.blob.d/e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		store, err := acsdest.NewBlobStoreWithCredential(url, &entra{}, nil)
		if err != nil {
			return
		}
		if strings.ContainsAny(store.URL(), "?#@ \n") {
			t.Errorf("%q is taken as %q", url, store.URL())
		}
		again, err := acsdest.NewBlobStoreWithCredential(store.URL(), &entra{}, nil)
		if err != nil || again.URL() != store.URL() {
			t.Errorf("%q is taken as %q, and that as %v, %v", url, store.URL(), again, err)
		}
	})
}
