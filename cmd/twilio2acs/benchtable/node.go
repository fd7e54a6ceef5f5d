package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// node is the straightforward script, with the SDKs it stands on.
type node struct{ interpreter, script string }

// nodeScript finds the script and what it needs.
func nodeScript() (node, error) {
	dir, err := filepath.Abs("testdata/bench")
	if err != nil {
		return node{}, err
	}
	interpreter, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join(dir, "node_modules"))
	}
	if err != nil {
		return node{}, fmt.Errorf("%w: it needs Node, and npm ci --prefix testdata/bench, from the root of the repository", errSkipped)
	}
	return node{interpreter, filepath.Join(dir, "migrate.js")}, nil
}

// run lets the script migrate from the Twilio of a scene to its ACS.
func (n node) run(ctx context.Context, s *scene) (usage, error) {
	cmd := exec.CommandContext(ctx, n.interpreter, n.script) //nolint:gosec // a script of this repository
	return measure(cmd, s.dir, append(s.environment(),
		"NODE_EXTRA_CA_CERTS="+s.acs.CA, "TWILIO_URL="+s.twilio.URL))
}
