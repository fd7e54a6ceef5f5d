package acsdest_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// A reader goes on where its connection was lost, in the same file only.
func TestBlobStoreReadsOn(t *testing.T) {
	store, w := watchedStore(t)
	content := randomBytes(50_000)
	put(t, store, photoKey, bytes.NewReader(content), content)
	cuts := 0
	w.instead = func(req *http.Request, carryOut func() (*http.Response, error)) (*http.Response, error) {
		resp, err := carryOut()
		if err == nil && req.Method == http.MethodGet && cuts < 2 {
			cuts++
			resp.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(io.LimitReader(resp.Body, 20_000), iotest.ErrReader(io.ErrUnexpectedEOF)), resp.Body}
		}
		return resp, err
	}
	if got := read(t, store, photoKey); !bytes.Equal(got, content) || cuts != 2 {
		t.Errorf("read %d bytes with %d cuts; want the %d that are there", len(got), cuts, len(content))
	}

	cuts = 1
	f, err := store.Open(t.Context(), photoKey)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	other := randomBytes(50_001)
	if _, _, err := store.Put(t.Context(), photoKey, "", bytes.NewReader(other)); err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(f)
	if e := asBlobError(t, err); e.Code != "ConditionNotMet" {
		t.Errorf("reading a replaced file: %v; want ConditionNotMet", err)
	}
}

// Azurite by its address has the account in the path.
func TestBlobStoreAtAnAddress(t *testing.T) {
	server := azuriteFor(t)
	store, err := acsdest.NewBlobStore("https://"+server.address+"/"+mediaAccount+"/by-address/", server.connection(t), server.options())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, store, photoKey, strings.NewReader("x"), []byte("x"))
}

func TestBlobStoreAsksForTokensOfStorage(t *testing.T) {
	server := azuriteFor(t)
	cred := &storageToken{}
	store, err := acsdest.NewBlobStoreWithCredential(newContainerURL(), cred, server.options())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Ensure(t.Context()); err != nil {
		t.Error(err)
	}
	if want := "https://storage.azure.com/.default"; len(cred.scopes) != 1 || cred.scopes[0] != want {
		t.Errorf("asked for %q; want %s", cred.scopes, want)
	}
}

// storageConnection is of the account that Azurite has, with a key of another.
func storageConnection(t testing.TB) acsdest.StorageConnection {
	t.Helper()
	conn, err := acsdest.ParseStorageConnectionString("AccountName=" + mediaAccount + ";AccountKey=" + testKey)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
