package acsdest_test

import (
	"bytes"
	"errors"
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

// Names that Azure would take for others, or not at all.
func TestBlobStoreRefusesKeys(t *testing.T) {
	store := scriptedStore(t, play())
	for _, key := range []string{
		"CH1/ME1/file.", "CH1./file", strings.Repeat("ü", 1025), strings.Repeat("a/", 254) + "a",
	} {
		_, _, putErr := store.Put(t.Context(), key, "", strings.NewReader("x"))
		_, openErr := store.Open(t.Context(), key)
		for _, err := range []error{putErr, openErr} {
			var e *acsdest.KeyError
			if !errors.As(err, &e) {
				t.Errorf("%.40q: %v; want a KeyError", key, err)
			}
		}
	}
	for _, key := range []string{strings.Repeat("ü", 1024), strings.Repeat("a/", 253) + "a", ".hidden", "a..b"} {
		if _, _, err := scriptedStore(t, play(status(201, ""))).Put(t.Context(), key, "", strings.NewReader("x")); err != nil {
			t.Errorf("%.40q: %v", key, err)
		}
	}
}

// A failure on the way is that of the file, whichever request it was.
func TestBlobStoreFailsOnTheWay(t *testing.T) {
	created, none := status(201, ""), status(404, "", "x-ms-error-code", "BlobNotFound")
	refused := status(409, "", "x-ms-error-code", "LeaseIdMissing")
	for name, s := range map[string]*script{
		"listing the blocks": play(refused),
		"the first block":    play(none, refused),
		"the second block":   play(none, created, refused),
		"the block list":     play(none, created, created, refused),
	} {
		_, _, err := scriptedStore(t, s).Put(t.Context(), photoKey, "", bytes.NewReader(randomBytes(smallBlock+1)))
		if e := asBlobError(t, err); e.Code != "LeaseIdMissing" || !strings.HasPrefix(err.Error(), "store media "+photoKey+": ") {
			t.Errorf("%s: %v", name, err)
		}
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
