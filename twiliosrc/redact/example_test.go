package redact_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/twilio2acs/twilio2acs/twiliosrc/redact"
)

// A recorder redacts each line before it writes it, scans the snapshot when it
// is finished, and destroys the key.
func Example() {
	dir, err := os.MkdirTemp("", "snapshot")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	r, err := redact.Open(dir, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()

	line, err := r.Resource(json.RawMessage(`{"index":0,"author":"maria.lopez","body":"Hello there!"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, "messages.jsonl"), line, 0o600); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("bytes:", len(line))
	fmt.Println("leak:", r.Scan(context.Background(), dir))
	fmt.Println("end:", r.Destroy())
	// Output:
	// bytes: 56
	// leak: <nil>
	// end: <nil>
}
