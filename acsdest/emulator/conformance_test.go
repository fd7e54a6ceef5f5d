package emulator_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// The resources that the Node project asks for in its README.
const (
	conformanceSpeed     = 10
	conformanceTokenLife = 5 * time.Second // long enough for a call on a slow machine
)

// TestConformance lets the JavaScript SDKs that Microsoft publishes call every
// operation over TLS. It downloads nothing: the SDKs must be installed already.
func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("not in a short run")
	}
	project := filepath.Join("..", "..", "testdata", "conformance", "acs")
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("NO NODE, the published SDKs are not tried: install Node.js 20 or later")
	}
	if _, err := os.Stat(filepath.Join(project, "node_modules", "@azure", "communication-chat")); err != nil {
		t.Skip("NO SDKS, the published SDKs are not tried: run npm ci --prefix testdata/conformance/acs")
	}
	// Listing the files also makes a cached result of this test depend on them.
	files, err := filepath.Glob(filepath.Join(project, "*.test.js"))
	if err != nil || len(files) == 0 {
		t.Fatalf("tests in %s: %v, %v", project, files, err)
	}
	acs := serving(t, nil)
	limited := serving(t, &emulator.Options{Limits: true, LimitsSpeed: conformanceSpeed, RetryAfter: true})
	shortLived := serving(t, &emulator.Options{TokenLife: conformanceTokenLife})

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, "--test", "--test-reporter=tap")
	cmd.Dir = project
	cmd.Env = append(os.Environ(),
		"NODE_EXTRA_CA_CERTS="+authorities(t, acs, limited, shortLived),
		"NO_PROXY=127.0.0.1",
		"ACS_CONNECTION_STRING="+acs.ConnectionString(),
		"ACS_LIMITED_CONNECTION_STRING="+limited.ConnectionString(),
		fmt.Sprintf("ACS_LIMITS_SPEED=%d", conformanceSpeed),
		"ACS_SHORT_LIVED_CONNECTION_STRING="+shortLived.ConnectionString(),
		fmt.Sprintf("ACS_TOKEN_LIFE_MS=%d", conformanceTokenLife.Milliseconds()),
	)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("node --test: %v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("\n# skipped 0\n")) {
		t.Errorf("tests were skipped:\n%s", out)
	}
	checkAllCalled(t, acs)
}

// serving is a server that listens on the loopback interface.
func serving(t *testing.T, opts *emulator.Options) *emulator.Server {
	t.Helper()
	s := open(t, opts)
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return s
}

// authorities is a file with the certificate authorities of the servers.
func authorities(t *testing.T, servers ...*emulator.Server) string {
	t.Helper()
	var all bytes.Buffer
	for _, s := range servers {
		pem, err := os.ReadFile(s.CAFile())
		if err != nil {
			t.Fatal(err)
		}
		all.Write(pem)
	}
	path := filepath.Join(t.TempDir(), "authorities.pem")
	if err := os.WriteFile(path, all.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// checkAllCalled checks that each operation with a published limit was carried
// out at least once.
func checkAllCalled(t *testing.T, s *emulator.Server) {
	t.Helper()
	stats, err := s.Stats()
	if err != nil {
		t.Fatal(err)
	}
	for row := range limits.All() {
		for _, op := range row.Operations {
			if stats.Calls[op] == 0 {
				t.Errorf("no SDK ever managed to %s", op)
			}
		}
	}
}
