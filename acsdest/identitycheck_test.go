package acsdest_test

import (
	"testing"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

// Credentials are checked without anything being created, and a wrong key is told
// from a wrong request.
func TestCheckCredentials(t *testing.T) {
	server, err := emulator.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if err := server.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	conn, err := acsdest.ParseConnectionString(server.ConnectionString())
	if err != nil {
		t.Fatal(err)
	}
	check := func(conn acsdest.Connection) error {
		identity, err := acsdest.NewIdentity(conn, &acsdest.ClientOptions{
			Transport: acsdest.NewTransport(&acsdest.TransportOptions{RootCAs: server.CertPool()}),
		})
		if err != nil {
			t.Fatal(err)
		}
		return identity.Check(t.Context())
	}
	if err := check(conn); err != nil {
		t.Errorf("good credentials: %v", err)
	}
	if s, err := server.Stats(); err != nil || s.Identities != 0 || s.Writes != 0 {
		t.Errorf("something was written: %+v, %v", s, err)
	}
	if conn.AccessKey, err = acsdest.ParseAccessKey("d3Jvbmc="); err != nil {
		t.Fatal(err)
	}
	if e := asError(t, check(conn)); !e.Unauthorized() {
		t.Errorf("a wrong key: %v", e)
	}
}
