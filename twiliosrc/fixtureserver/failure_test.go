package fixtureserver_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// What cannot be read of a snapshot is told of; what merely is not there is not.
func TestOnFailure(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../testdata/snapshots/tiny")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "users.jsonl"), []byte("{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	failures := make(chan error, 1)
	_, at := serve(t, dir, &fixtureserver.Options{OnFailure: func(err error) { failures <- err }})
	if got := get(t, at.URL+"/v1/Services/IS00000000000000000000000000000000/Users"); got.status != http.StatusNotFound {
		t.Errorf("a service that is not there: %d", got.status)
	}
	services := get(t, at.URL+"/v1/Services")
	_, sid, _ := strings.Cut(services.text, `"sid":"`)
	if got := get(t, at.URL+"/v1/Services/"+sid[:34]+"/Users"); got.status != http.StatusInternalServerError {
		t.Fatalf("a list that cannot be read: %d %s", got.status, got.text)
	}
	if err := <-failures; !strings.Contains(err.Error(), "users.jsonl:1") {
		t.Errorf("got %v", err)
	}
}
