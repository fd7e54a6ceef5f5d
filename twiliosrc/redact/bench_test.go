package redact_test

import (
	"encoding/json"
	"path/filepath"
	"testing"
)

// BenchmarkResource redacts the messages of contoso, over and over.
func BenchmarkResource(b *testing.B) {
	r := newRedactor(b, nil)
	messages := lines(b, filepath.Join(snapshotDir("contoso"), "messages.jsonl"))
	size := 0
	for _, m := range messages {
		size += len(m)
	}
	b.SetBytes(int64(size / len(messages)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := r.Resource(json.RawMessage(messages[i%len(messages)])); err != nil {
			b.Fatal(err)
		}
	}
}
