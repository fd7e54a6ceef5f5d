package acsdest_test

import (
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// Identity signs in with Entra; Chat uses the token that Identity then issued.
func TestDestinationWithCredential(t *testing.T) {
	s := play(
		status(201, `{"identity":{"id":"`+string(alice)+`"},"accessToken":`+issued+`}`),
		status(201, `{"id":"1700000000000"}`),
	)
	dest, err := acsdest.NewDestinationWithCredential(endpoint, &entra{}, withTransport(s, nil))
	if err != nil {
		t.Fatal(err)
	}
	as, err := dest.CreateUser(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dest.SendMessage(t.Context(), as, thread, mapping.NewChatMessage{Content: "hello"}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"Bearer entra", "Bearer a.b.c"} {
		if got := s.sent[i].Header.Get("Authorization"); got != want {
			t.Errorf("%s is authorized with %q; want %q", s.sent[i].URI, got, want)
		}
	}
	if _, err := acsdest.NewDestinationWithCredential(endpoint, nil, nil); err == nil {
		t.Error("no error without a credential")
	}
}

func TestDefaultCredential(t *testing.T) {
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "prod")
	if cred, err := acsdest.DefaultCredential(); err != nil || cred == nil {
		t.Errorf("DefaultCredential() = %v, %v", cred, err)
	}
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "NoSuchCredential")
	if _, err := acsdest.DefaultCredential(); err == nil {
		t.Error("a credential of that name was found")
	}
}
