package fixtureserver_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// The SDK that Twilio publishes for Node.js reads everything from the server.
// Nothing is downloaded for it here.
func TestNodeSDKReadsEverything(t *testing.T) {
	const dir = "../../testdata/conformance/twilio"
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skipf("SKIPPED: no Node.js, the published SDK is not tried: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "twilio")); err != nil {
		t.Skip("SKIPPED: the published SDK is not installed; run: npm ci --prefix testdata/conformance/twilio")
	}
	snapshot, err := filepath.Abs(contoso)
	if err != nil {
		t.Fatal(err)
	}
	var log requestLog
	snap, at := start(t, contoso, &fixtureserver.Options{Password: "secret", ProductionURLs: true, OnRequest: log.add})
	account, _ := snap.Account()
	cmd := exec.CommandContext(t.Context(), node, "--test")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"TWILIO_URL="+at.URL, "TWILIO_MCS_URL="+at.MCSURL, "TWILIO_SNAPSHOT="+snapshot, "TWILIO_ACCOUNT="+string(account))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("node --test: %v\n%s", err, out)
	}
	t.Logf("%d requests by the published SDK", len(log.all()))
}
