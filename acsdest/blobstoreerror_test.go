package acsdest_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// scriptedStore is a store whose Azure is s. It repeats nothing.
func scriptedStore(t testing.TB, transport policy.Transporter) *acsdest.BlobStore {
	t.Helper()
	store, err := acsdest.NewBlobStore(mediaURL, storageConnection(t), &acsdest.BlobStoreOptions{
		Transport: transport, Retry: policy.RetryOptions{MaxRetries: -1}, BlockSize: smallBlock,
	})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestBlobError(t *testing.T) {
	const body = `<?xml version="1.0"?><Error><Message>very private</Message></Error>`
	refused := func(code int, name string) answer {
		return status(code, body, "x-ms-error-code", name, "x-ms-request-id", "request-1")
	}
	for _, tt := range []struct {
		name                                string
		answer                              answer
		want                                string
		notExist, unauthorized, unreachable bool
		hint                                string
	}{
		{"no file", refused(404, "BlobNotFound"), "404 Not Found (BlobNotFound)", true, false, false, ""},
		{"no container", refused(404, "ContainerNotFound"), "404 Not Found (ContainerNotFound)", false, false, false, "create the container"},
		{"something else is not there", status(404, body), "404 Not Found", false, false, false, ""},
		{"no role", refused(403, "AuthorizationPermissionMismatch"), "403 Forbidden (AuthorizationPermissionMismatch)", false, true, false, "Storage Blob Data Contributor"},
		{"wrong key", refused(403, "AuthenticationFailed"), "403 Forbidden (AuthenticationFailed)", false, true, false, "regenerated key"},
		{"no keys", refused(403, "KeyBasedAuthenticationNotPermitted"), "403 Forbidden (KeyBasedAuthenticationNotPermitted)", false, true, false, "unset AZURE_STORAGE_CONNECTION_STRING"},
		{"no token", refused(401, "InvalidAuthenticationInfo"), "401 Unauthorized (InvalidAuthenticationInfo)", false, true, false, "regenerated key"},
		{"going", refused(409, "ContainerBeingDeleted"), "409 Conflict (ContainerBeingDeleted)", false, false, false, "wait"},
		{"busy", refused(503, "ServerBusy"), "503 Service Unavailable (ServerBusy)", false, false, false, ""},
		{"a redirect", status(302, "", "Location", "https://elsewhere.example/?sig=x"), "302 Found", false, false, false, ""},
		{"nobody there", fails(&url.Error{Op: "Get", URL: mediaURL + "?secret", Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}),
			"dial: refused", false, false, true, "the network"},
		{"somebody else there", fails(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}),
			"tls: failed to verify certificate: x509: certificate signed by unknown authority", false, false, false, "not trusted"},
		{"broken off", fails(io.ErrUnexpectedEOF), "unexpected EOF", false, false, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := scriptedStore(t, play(tt.answer)).Open(t.Context(), photoKey)
			e := asBlobError(t, err)
			if got, want := err.Error(), "open media "+photoKey+": blob storage: "+tt.want; got != want {
				t.Errorf("text %q; want %q", got, want)
			}
			if errors.Is(err, fs.ErrNotExist) != tt.notExist || e.Unauthorized() != tt.unauthorized || e.Unreachable() != tt.unreachable {
				t.Errorf("not there %t, unauthorized %t, unreachable %t", errors.Is(err, fs.ErrNotExist), e.Unauthorized(), e.Unreachable())
			}
			if hint := e.Hint(); !strings.Contains(hint, tt.hint) || (hint == "") != (tt.hint == "") {
				t.Errorf("hint %q; want %q in it", hint, tt.hint)
			}
			var response *azcore.ResponseError
			if got, want := errors.As(err, &response), e.Status != 0; got != want {
				t.Errorf("an *azcore.ResponseError in it: %t; want %t", got, want)
			}
		})
	}
}

func TestBlobStoreWithoutToken(t *testing.T) {
	for _, tt := range []struct {
		err                       error
		unauthorized, unreachable bool
	}{
		{errors.New("AADSTS7000215: invalid client secret"), true, false},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, false, true},
	} {
		store, err := acsdest.NewBlobStoreWithCredential(mediaURL, &entra{err: tt.err}, &acsdest.BlobStoreOptions{Transport: play()})
		if err != nil {
			t.Fatal(err)
		}
		e := asBlobError(t, store.Check(t.Context()))
		if e.Unauthorized() != tt.unauthorized || e.Unreachable() != tt.unreachable || !errors.Is(e, tt.err) || e.Hint() == "" {
			t.Errorf("%v: unauthorized %t, unreachable %t", e, e.Unauthorized(), e.Unreachable())
		}
	}
}

func TestBlobStoreRefusedKey(t *testing.T) {
	server := azuriteFor(t)
	store, err := acsdest.NewBlobStore(newContainerURL(), storageConnection(t), server.options())
	if err != nil {
		t.Fatal(err)
	}
	err = store.Ensure(t.Context())
	if e := asBlobError(t, err); !e.Unauthorized() || e.Unreachable() || e.Hint() == "" {
		t.Errorf("a wrong key: %v (%+v)", err, e)
	}
}

// A client of the caller's own does not follow where a server points.
func TestBlobStoreFollowsNoRedirects(t *testing.T) {
	s := play(status(302, "", "Location", mediaURL+"/elsewhere"), status(200, "hello"))
	_, err := scriptedStore(t, &http.Client{Transport: roundTripper(s.Do)}).Open(t.Context(), photoKey)
	if e := asBlobError(t, err); e.Status != 302 || s.count() != 1 {
		t.Errorf("got %v after %d requests; want the redirect itself", err, s.count())
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func asBlobError(t testing.TB, err error) *acsdest.BlobError {
	t.Helper()
	var e *acsdest.BlobError
	if !errors.As(err, &e) {
		t.Fatalf("error is %T (%v); want *acsdest.BlobError", err, err)
	}
	return e
}
