package redact_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/twiliosrc/redact"
)

// Whatever of the original is put back is found, and its place is named.
func TestScanFindsLeaks(t *testing.T) {
	r := newRedactor(t, nil)
	clean := redactSnapshot(t, r, snapshotDir("tiny"))
	messages := lines(t, filepath.Join(snapshotDir("tiny"), "messages.jsonl"))
	for _, tt := range []struct {
		name string
		leak func(t *testing.T, dir string)
		want redact.LeakError
	}{
		{"a body", replaceField("messages.jsonl", 6, "body", "Transferred to Maria Lopez"), redact.LeakError{File: "messages.jsonl", Line: 6, Field: "body"}},
		{"a short body in another script", replaceField("messages.jsonl", 7, "body", "ありがとうございました"), redact.LeakError{File: "messages.jsonl", Line: 7, Field: "body"}},
		{"an author's number", replaceField("messages.jsonl", 1, "author", "+447700900123"), redact.LeakError{File: "messages.jsonl", Line: 1, Field: "author"}},
		{"attributes", replaceField("conversations.jsonl", 2, "attributes", `{"customer":{"nickname":1}}`), redact.LeakError{File: "conversations.jsonl", Line: 2, Field: "attributes"}},
		{"a number in attributes", replaceField("conversations.jsonl", 2, "attributes", `{"phone":447700900123}`), redact.LeakError{File: "conversations.jsonl", Line: 2, Field: "attributes"}},
		{"a file name", replaceField("media.jsonl", 1, "filename", "contract.pdf"), redact.LeakError{File: "media.jsonl", Line: 1, Field: "filename"}},
		{"a signed URL", replaceField("media.jsonl", 1, "url", signedURL), redact.LeakError{File: "media.jsonl", Line: 1, Field: "url"}},
		{"a name in a binding", replaceField("participants.jsonl", 1, "messaging_binding", map[string]string{"type": "sms", "name": "Clara Hoffmann"}), redact.LeakError{File: "participants.jsonl", Line: 1, Field: "messaging_binding.name"}},
		{"a state of somebody's", replaceField("conversations.jsonl", 1, "state", "waiting"), redact.LeakError{File: "conversations.jsonl", Line: 1, Field: "state"}},
		{"a line", appendLine("messages.jsonl", messages[0]), redact.LeakError{File: "messages.jsonl", Line: 16, Field: "body"}},
		{"no JSON", appendLine("users.jsonl", "maria"), redact.LeakError{File: "users.jsonl", Line: 4}},
		{"a file", copyFile("media/MEe6a71b26d389c77a8cbe80f181b3a2f7"), redact.LeakError{File: "media/MEe6a71b26d389c77a8cbe80f181b3a2f7"}},
		{"another's file", writeFile("media/"+mediaSID, "x"), redact.LeakError{File: "media/" + mediaSID}},
		{"a rest of the recording", writeFile("messages.jsonl.part", ""), redact.LeakError{File: "….part"}},
		{"a rest among the media", writeFile("media/maria.jpg", ""), redact.LeakError{File: "media/….jpg"}},
		{"a manifest", writeFile("snapshot.json", `{"format":"twilio-conversations-snapshot","note":"by Clara Hoffmann"}`), redact.LeakError{File: "snapshot.json"}},
		{"no manifest", writeFile("snapshot.json", `{"format",}`), redact.LeakError{File: "snapshot.json"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(clean)); err != nil {
				t.Fatal(err)
			}
			tt.leak(t, dir)
			err := r.Scan(t.Context(), dir)
			var got *redact.LeakError
			if !errors.As(err, &got) {
				t.Fatalf("Scan = %v, want a *LeakError", err)
			}
			if got.File != tt.want.File || got.Line != tt.want.Line || got.Field != tt.want.Field {
				t.Errorf("leak at %q %d %q, want %q %d %q", got.File, got.Line, got.Field, tt.want.File, tt.want.Line, tt.want.Field)
			}
			if text := strings.ToLower(err.Error()); strings.Contains(text, "maria") || strings.Contains(text, "4477") || got.Hint() == "" {
				t.Errorf("error %q", err)
			}
		})
	}
}

// replaceField sets a field of a line.
func replaceField(file string, line int, name string, value any) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		all := lines(t, filepath.Join(dir, file))
		var resource map[string]any
		if err := json.Unmarshal([]byte(all[line-1]), &resource); err != nil {
			t.Fatal(err)
		}
		resource[name] = value
		text, err := json.Marshal(resource)
		if err != nil {
			t.Fatal(err)
		}
		all[line-1] = string(text)
		write(t, filepath.Join(dir, file), []byte(strings.Join(all, "\n")+"\n"))
	}
}

func appendLine(file, line string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		name := filepath.Join(dir, file)
		write(t, name, append(read(t, name), line+"\n"...))
	}
}

func writeFile(name, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) { write(t, filepath.Join(dir, name), []byte(text)) }
}

// copyFile puts a file of the original in the place of the redacted one.
func copyFile(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		write(t, filepath.Join(dir, name), read(t, filepath.Join(snapshotDir("tiny"), name)))
	}
}

// A redactor vouches for what it has written and for nothing else: not even for
// what another one has, under another key.
func TestScanKnowsItsOwn(t *testing.T) {
	r := newRedactor(t, nil)
	dir := redactSnapshot(t, r, snapshotDir("tiny"))
	if err := r.Scan(t.Context(), dir); err != nil {
		t.Errorf("Scan of its own: %v", err)
	}
	other, err := redact.New(redact.NewKey(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var leak *redact.LeakError
	if err := other.Scan(t.Context(), dir); !errors.As(err, &leak) {
		t.Errorf("Scan of another's = %v, want a *LeakError", err)
	}
	if err := r.Scan(t.Context(), snapshotDir("tiny")); !errors.As(err, &leak) {
		t.Errorf("Scan of the original = %v, want a *LeakError", err)
	}
}

func TestScanExcept(t *testing.T) {
	r := newRedactor(t, nil)
	dir := redactSnapshot(t, r, snapshotDir("tiny"))
	for _, name := range []string{redact.KeyFile, redact.JournalFile, "record.state"} {
		write(t, filepath.Join(dir, name), []byte("maria.lopez"))
	}
	if err := os.Mkdir(filepath.Join(dir, "parts"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "parts", "1"), nil)
	if err := r.Scan(t.Context(), dir, "record.state", "parts"); err != nil {
		t.Errorf("Scan: %v", err)
	}
	if err := r.Scan(t.Context(), dir, "record.state"); err == nil {
		t.Error("Scan passes over a directory that nobody named")
	}
}

func TestScanEnds(t *testing.T) {
	r := newRedactor(t, nil)
	dir := redactSnapshot(t, r, snapshotDir("tiny"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Scan(ctx, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("Scan = %v, want %v", err, context.Canceled)
	}
	write(t, filepath.Join(dir, "users.jsonl"), bytes.Repeat([]byte(" "), 17<<20))
	if err := r.Scan(t.Context(), dir); err == nil {
		t.Error("Scan passes over a line that it cannot read")
	}
	if err := r.Scan(t.Context(), filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Scan of nothing = %v, want %v", err, os.ErrNotExist)
	}
}
