package main

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// azuriteDir is where Microsoft's local server of Azure Blob Storage is installed.
const azuriteDir = "../../testdata/azurite"

// scriptCondition is what scripts may make a line depend on, beside testscript's
// own conditions: azurite, whether that can be started.
func scriptCondition(name string) (bool, error) {
	if name != "azurite" {
		return false, fmt.Errorf("there is no condition %s", name)
	}
	_, notInstalled := os.Stat(filepath.Join(azuriteDir, "node_modules"))
	_, noNode := exec.LookPath("node")
	return notInstalled == nil && noNode == nil, nil
}

// scriptAzurite runs Azurite until the script ends. $BLOBS becomes the URL of its
// account, AZURE_STORAGE_CONNECTION_STRING what signs in to it.
func scriptAzurite(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, "azurite", 0)
	const account = "contosomedia"
	key := base64.StdEncoding.EncodeToString([]byte(rand.Text()))
	cmd := exec.Command("node", "azurite.js", "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence",
		"--skipApiVersionCheck", "--disableTelemetry", "--silent")
	cmd.Dir = azuriteDir
	cmd.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+account+":"+key)
	stdin, err := cmd.StdinPipe()
	ts.Check(err)
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = stdin.Close() // which ends it
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "successfully listens on "); ok {
			go func() { _, _ = io.Copy(io.Discard, stdout) }()
			ts.Setenv("BLOBS", url+"/"+account)
			ts.Setenv("AZURE_STORAGE_CONNECTION_STRING", "AccountName="+account+";AccountKey="+key+";BlobEndpoint="+url+"/"+account)
			return
		}
	}
	ts.Fatalf("Azurite ended before it listened: %v", lines.Err())
}
