package acsdest_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// What azcore logs has neither secrets nor files in it.
func TestBlobStoreLogShowsNothingSecret(t *testing.T) {
	var mu sync.Mutex
	var logged strings.Builder
	log.SetListener(func(_ log.Event, message string) {
		mu.Lock()
		defer mu.Unlock()
		logged.WriteString(message)
	})
	t.Cleanup(func() { log.SetListener(nil) })

	s := play(status(201, ""), status(200, "very private"), status(403, "sorry"))
	store, err := acsdest.NewBlobStore(mediaURL, storageConnection(t), &acsdest.BlobStoreOptions{
		Transport: s, Logging: policy.LogOptions{IncludeBody: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Put(t.Context(), photoKey, "", strings.NewReader("very private")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, store, photoKey); string(got) != "very private" {
		t.Errorf("read %q", got)
	}
	if _, err := store.Open(t.Context(), photoKey); err == nil {
		t.Error("a 403 is no error")
	}
	if _, err := store.SignedURL(t.Context(), photoKey, time.Hour); err != nil {
		t.Error(err)
	}
	if !strings.Contains(logged.String(), "OUTGOING REQUEST") {
		t.Fatal("nothing was logged")
	}
	_, signature, _ := strings.Cut(s.sent[0].Header.Get("Authorization"), ":")
	for _, secret := range []string{"very private", testKey, signature, "sig="} {
		if strings.Contains(logged.String(), secret) {
			t.Errorf("%q is logged", secret)
		}
	}
}
