package acsdest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

func TestParseStorageConnectionString(t *testing.T) {
	const key = ";AccountKey=" + testKey
	for _, tt := range []struct{ in, account, endpoint string }{
		{"DefaultEndpointsProtocol=https;AccountName=contosomedia" + key + ";EndpointSuffix=core.windows.net", "contosomedia", "https://" + storageHost},
		{"AccountName=contosomedia" + key, "contosomedia", "https://" + storageHost},
		{" accountname = contosomedia ;ACCOUNTKEY=" + testKey + ";", "contosomedia", "https://" + storageHost},
		{"AccountName=c" + key + ";EndpointSuffix=core.usgovcloudapi.net", "c", "https://c.blob.core.usgovcloudapi.net"},
		{"AccountName=c" + key + ";BlobEndpoint=http://127.0.0.1:10000/c;QueueEndpoint=http://127.0.0.1:10001/c", "c", "http://127.0.0.1:10000/c"},
		{"AccountName=c" + key + ";BlobEndpoint=https://Files.Contoso.example:443/", "c", "https://files.contoso.example"},
		{"", "", ""},
		{"nonsense", "", ""},
		{"AccountName=c", "", ""},
		{"AccountKey=" + testKey, "", ""},
		{"AccountName=c;AccountKey=???", "", ""},
		{"AccountName=c;AccountKey=", "", ""},
		{"UseDevelopmentStorage=true", "", ""},
		{"BlobEndpoint=https://c.blob.core.windows.net/;SharedAccessSignature=sv=2026-06-06&sig=" + testKey, "", ""},
		{"AccountName=c" + key + ";BlobEndpoint=https://c.blob.core.windows.net/?sig=" + testKey, "", ""},
		{"AccountName=c" + key + ";BlobEndpoint=https://" + testKey + "@c.blob.core.windows.net", "", ""},
		{"AccountName=c" + key + ";BlobEndpoint=" + testKey, "", ""},
	} {
		got, err := acsdest.ParseStorageConnectionString(tt.in)
		if got.Account != tt.account || got.Endpoint != tt.endpoint || (err == nil) == (tt.account == "") {
			t.Errorf("%q is %+v, %v; want %s at %s", tt.in, got, err, tt.account, tt.endpoint)
		}
		if shown := fmt.Sprintf("%+v %#v %v", got, got, err); strings.Contains(shown, testKey) {
			t.Errorf("%q shows its key: %s", tt.in, shown)
		}
		var e *acsdest.StorageConnectionError
		if err != nil && (!errors.As(err, &e) || e.Hint() == "") {
			t.Errorf("%q: %v; want a StorageConnectionError", tt.in, err)
		}
	}
}

// A key is used for containers of its own account only.
func TestBlobStoreOfAnotherAccount(t *testing.T) {
	const own = "AccountName=contosomedia;AccountKey=" + testKey
	for _, tt := range []struct {
		url, connection string
		want            bool
	}{
		{mediaURL, own, true},
		{"https://other.blob.core.windows.net/media", own, false},
		{"https://files.contoso.example/media", own, false},
		{"https://files.contoso.example/media", own + ";BlobEndpoint=https://files.contoso.example", true},
		{"https://contosomedia.example/media", own, false},
		{"http://127.0.0.1:10000/contosomedia/media", own, true},
		{"http://127.0.0.1:10000/other/media", own, false},
		{"http://127.0.0.1:10000/media", own, false},
	} {
		conn, err := acsdest.ParseStorageConnectionString(tt.connection)
		if err != nil {
			t.Fatal(err)
		}
		_, err = acsdest.NewBlobStore(tt.url, conn, nil)
		var e *acsdest.StorageConnectionError
		if (err == nil) != tt.want || err != nil && !errors.As(err, &e) {
			t.Errorf("%s with the key of %s: %v; want it to be taken: %t", tt.url, conn.Endpoint, err, tt.want)
		}
		if err != nil && (strings.Contains(err.Error(), testKey) || !strings.Contains(err.Error(), "contosomedia")) {
			t.Errorf("the error names not the account, or the key: %v", err)
		}
	}
}

func TestBlobStoreConstructorsRefuse(t *testing.T) {
	for name, err := range map[string]error{
		"no key":         second(acsdest.NewBlobStore(mediaURL, acsdest.StorageConnection{Account: "contosomedia"}, nil)),
		"no credential":  second(acsdest.NewBlobStoreWithCredential(mediaURL, nil, nil)),
		"no container":   second(acsdest.NewBlobStoreWithCredential("https://"+storageHost, &entra{}, nil)),
		"Entra in plain": second(acsdest.NewBlobStoreWithCredential("http://127.0.0.1:10000/contosomedia/media", &entra{}, nil)),
		"tiny blocks":    second(acsdest.NewBlobStore(mediaURL, storageConnection(t), &acsdest.BlobStoreOptions{BlockSize: -1})),
		"huge blocks":    second(acsdest.NewBlobStoreWithCredential(mediaURL, &entra{}, &acsdest.BlobStoreOptions{BlockSize: 1 << 30})),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzParseStorageConnectionString(f *testing.F) {
	f.Add("DefaultEndpointsProtocol=https;AccountName=contosomedia;AccountKey=" + testKey + ";EndpointSuffix=core.windows.net")
	f.Add("AccountName=c;AccountKey=aa==;BlobEndpoint=http://127.0.0.1:10000/c")
	f.Fuzz(func(t *testing.T, s string) {
		conn, err := acsdest.ParseStorageConnectionString(s)
		if err == nil && (conn.Account == "" || conn.AccessKey.IsZero() || strings.ContainsAny(conn.Endpoint, "?#@")) {
			t.Errorf("%q is taken as %+v", s, conn)
		}
	})
}
