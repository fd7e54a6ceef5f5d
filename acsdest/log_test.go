package acsdest_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/twilio2acs/twilio2acs/acsdest"
)

// What azcore logs has no secret in it, even where bodies are asked for.
func TestLogShowsNothingSecret(t *testing.T) {
	var mu sync.Mutex
	var logged strings.Builder
	log.SetListener(func(_ log.Event, message string) {
		mu.Lock()
		defer mu.Unlock()
		logged.WriteString(message)
	})
	t.Cleanup(func() { log.SetListener(nil) })

	opts := &acsdest.ClientOptions{Logging: policy.LogOptions{IncludeBody: true}}
	identity := newIdentity(t, play(status(200, `{"token":"`+secretToken+`"}`), status(401, secretToken)), opts)
	if _, err := identity.IssueToken(t.Context(), alice, nil); err != nil {
		t.Fatal(err)
	}
	if err := identity.DeleteUser(t.Context(), alice); err == nil {
		t.Fatal("a 401 is no error")
	}
	answers := play(
		status(200, `{"value":[],"nextLink":"`+endpoint+recordedLink+`"}`),
		status(403, `{"error":{"message":"`+secretToken+`"}}`),
	)
	if err := drain(newChat(t, answers, nil).ListMessages(t.Context(), alice, thread, nil)); err == nil {
		t.Fatal("a 403 is no error")
	}
	if !strings.Contains(logged.String(), "OUTGOING REQUEST") {
		t.Fatal("nothing was logged")
	}
	for _, secret := range []string{secretToken, testKey, "HMAC-SHA256", "3e3900000031393a"} {
		if strings.Contains(logged.String(), secret) {
			t.Errorf("%q is logged", secret)
		}
	}
}
