package redact_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/twiliosrc/redact"
)

// testKey makes every test see the same pseudonyms.
var testKey = redact.Key{1, 2, 3}

func newRedactor(t testing.TB, opts *redact.Options) *redact.Redactor {
	t.Helper()
	r, err := redact.New(testKey, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// resource redacts a resource given as JSON.
func resource(t testing.TB, r *redact.Redactor, raw string) string {
	t.Helper()
	got, err := r.Resource(json.RawMessage(raw))
	if err != nil {
		t.Fatalf("Resource: %v", err)
	}
	return string(got)
}

// field redacts a resource that has one field and returns what it becomes.
func field(t testing.TB, r *redact.Redactor, name, value string) string {
	t.Helper()
	raw, err := json.Marshal(map[string]string{name: value})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal([]byte(resource(t, r, string(raw))), &got); err != nil {
		t.Fatal(err)
	}
	return got[name]
}

// media redacts a file.
func media(t testing.TB, r *redact.Redactor, contentType string, content []byte) []byte {
	t.Helper()
	var got bytes.Buffer
	n, err := r.Media(&got, bytes.NewReader(content), contentType)
	if err != nil {
		t.Fatalf("Media(%s): %v", contentType, err)
	}
	if n != int64(got.Len()) || got.Len() != len(content) {
		t.Fatalf("Media(%s) = %d, %d bytes written; want %d", contentType, n, got.Len(), len(content))
	}
	return got.Bytes()
}

func snapshotDir(name string) string { return filepath.Join("..", "..", "testdata", "snapshots", name) }

// redactSnapshot redacts a snapshot into a new directory, which it returns.
func redactSnapshot(t testing.TB, r *redact.Redactor, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.Mkdir(filepath.Join(to, "media"), 0o700); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(from, "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		var text bytes.Buffer
		for _, l := range lines(t, file) {
			text.WriteString(resource(t, r, l) + "\n")
		}
		write(t, filepath.Join(to, filepath.Base(file)), text.Bytes())
	}
	for _, l := range lines(t, filepath.Join(from, "media.jsonl")) {
		var m mapping.Media
		if err := json.Unmarshal([]byte(l), &m); err != nil {
			t.Fatal(err)
		}
		content := read(t, filepath.Join(from, "media", string(m.SID)))
		write(t, filepath.Join(to, "media", string(m.SID)), media(t, r, m.ContentType, content))
	}
	writeManifest(t, filepath.Join(from, "snapshot.json"), filepath.Join(to, "snapshot.json"))
	return to
}

// writeManifest copies a manifest without the hashes, which are others now.
func writeManifest(t testing.TB, from, to string) {
	t.Helper()
	var manifest map[string]any
	if err := json.Unmarshal(read(t, from), &manifest); err != nil {
		t.Fatal(err)
	}
	delete(manifest, "sha256")
	manifest["redacted"] = true
	text, err := json.Marshal(manifest)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, text)
}

// lines are the lines of a file, without their ends.
func lines(t testing.TB, file string) []string {
	t.Helper()
	var all []string
	for l := range bytes.Lines(read(t, file)) {
		all = append(all, string(bytes.TrimRight(l, "\n")))
	}
	return all
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t testing.TB, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
