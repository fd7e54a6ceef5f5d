package acsdest_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

func TestBlobStoreContainer(t *testing.T) {
	server := azuriteFor(t)
	containerURL := newContainerURL()
	store, err := acsdest.NewBlobStore(containerURL, server.connection(t), server.options())
	if err != nil {
		t.Fatal(err)
	}
	_, _, putErr := store.Put(t.Context(), photoKey, "", strings.NewReader("x"))
	_, openErr := store.Open(t.Context(), photoKey)
	for name, err := range map[string]error{"Check": store.Check(t.Context()), "Put": putErr, "Open": openErr} {
		e := asBlobError(t, err)
		if e.Status != 404 || e.Code != "ContainerNotFound" || e.Hint() == "" || e.RequestID == "" || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s without a container: %v (%+v)", name, err, e)
		}
	}
	for range 2 {
		if err := errors.Join(store.Ensure(t.Context()), store.Check(t.Context())); err != nil {
			t.Error(err)
		}
	}
	if p, err := server.container(t, store).GetProperties(t.Context(), nil); err != nil || p.BlobPublicAccess != nil {
		t.Errorf("the container is public: %v, %v", p.BlobPublicAccess, err)
	}
	for _, access := range []container.PublicAccessType{container.PublicAccessTypeBlob, container.PublicAccessTypeContainer} {
		if _, err := server.container(t, store).SetAccessPolicy(t.Context(), &container.SetAccessPolicyOptions{Access: to.Ptr(access)}); err != nil {
			t.Fatal(err)
		}
		var e *acsdest.PublicContainerError
		if err := store.Ensure(t.Context()); !errors.As(err, &e) || e.Access != string(access) || e.URL != containerURL || e.Hint() == "" {
			t.Errorf("a public container: %v", err)
		}
	}
	put(t, store, photoKey, strings.NewReader("x"), []byte("x"))
}

// Somebody else may create the container at the same time, and as they like.
func TestBlobStoreContainerOfSomebodyElse(t *testing.T) {
	missing := status(404, "", "x-ms-error-code", "ContainerNotFound")
	exists := status(409, "", "x-ms-error-code", "ContainerAlreadyExists")
	for _, tt := range []struct {
		name           string
		answer         answer
		public, failed bool
	}{
		{"private", status(200, ""), false, false},
		{"public", status(200, "", "x-ms-blob-public-access", "blob"), true, true},
		{"gone again", missing, false, true},
	} {
		err := scriptedStore(t, play(missing, exists, tt.answer)).Ensure(t.Context())
		var e *acsdest.PublicContainerError
		if errors.As(err, &e) != tt.public || (err != nil) != tt.failed {
			t.Errorf("%s: %v", tt.name, err)
		}
		if want := "container " + mediaURL + " is public (access level blob)"; tt.public && err.Error() != want {
			t.Errorf("%s: %q; want %q", tt.name, err, want)
		}
	}
	err := scriptedStore(t, play(missing, status(403, ""))).Ensure(t.Context())
	if e := asBlobError(t, err); !e.Unauthorized() || !strings.HasPrefix(err.Error(), "create container "+mediaURL) {
		t.Errorf("nobody may create it: %v", err)
	}
}

// container is the container of store, for what a BlobStore does not do.
func (s *azuriteServer) container(t testing.TB, store *acsdest.BlobStore) *container.Client {
	t.Helper()
	cred, err := container.NewSharedKeyCredential(mediaAccount, s.key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := container.NewClientWithSharedKeyCredential(store.URL(), cred,
		&container.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: s.client}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
