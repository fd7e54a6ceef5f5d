package redact_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/twilio2acs/twilio2acs/twiliosrc/redact"
)

func open(t *testing.T, dir string) *redact.Redactor {
	t.Helper()
	r, err := redact.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// A recording that was interrupted goes on with the same pseudonyms, and the scan
// knows what was written before; at its end nothing of the redaction is left.
func TestResume(t *testing.T) {
	state, snapshot := t.TempDir(), t.TempDir()
	const before, after = `{"body":"Transferred to Clara"}`, `{"body":"Closed without answer"}`
	first := open(t, state)
	text := resource(t, first, before)
	file := media(t, first, "video/mp4", []byte("before"))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	second := open(t, state)
	if got := resource(t, second, before); got != text {
		t.Errorf("resumed, %s becomes %s, want %s", before, got, text)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}

	third := open(t, state)
	text += "\n" + resource(t, third, after) + "\n"
	if err := os.Mkdir(filepath.Join(snapshot, "media"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(snapshot, "messages.jsonl"), []byte(text))
	write(t, filepath.Join(snapshot, "media", mediaSID), file)
	if err := third.Scan(t.Context(), snapshot); err != nil {
		t.Errorf("Scan: %v", err)
	}
	if err := third.Destroy(); err != nil {
		t.Errorf("Destroy: %v", err)
	}
	if left, err := os.ReadDir(state); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := errors.Join(third.Close(), third.Destroy()); err != nil {
		t.Errorf("after the end: %v", err)
	}
}

func TestFilesAreForTheOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	resource(t, r, `{"body":"Transferred to Clara"}`)
	if err := r.Sync(); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int64{redact.KeyFile: 32, redact.JournalFile: 8} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != 0o600 || info.Size() != size {
			t.Errorf("%s is %v of %d bytes, want 0600 and %d", name, info.Mode(), info.Size(), size)
		}
	}
	if journal := read(t, filepath.Join(dir, redact.JournalFile)); bytes.Contains(journal, []byte("ransferr")) {
		t.Errorf("journal is %q", journal)
	}
}

// A crash may cut the journal and, before its first use, the key.
func TestCutFiles(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	text := resource(t, first, `{"body":"Transferred to Clara"}`)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	journal := filepath.Join(dir, redact.JournalFile)
	write(t, journal, append(read(t, journal), 1, 2, 3))

	second := open(t, dir)
	resource(t, second, `{"body":"Closed without answer"}`)
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(read(t, journal)); got%8 != 0 {
		t.Errorf("journal has %d bytes after a cut", got)
	}
	third := open(t, dir)
	snapshot := t.TempDir()
	write(t, filepath.Join(snapshot, "messages.jsonl"), []byte(text))
	if err := third.Scan(t.Context(), snapshot); err != nil {
		t.Errorf("Scan: %v", err)
	}
	if err := third.Close(); err != nil {
		t.Fatal(err)
	}

	write(t, filepath.Join(dir, redact.KeyFile), []byte("cut"))
	fourth := open(t, dir)
	if got := resource(t, fourth, `{"body":"Transferred to Clara"}`); got == text {
		t.Error("a key that is cut short is used")
	}
	if err := fourth.Scan(t.Context(), snapshot); err == nil {
		t.Error("the journal of another key is used")
	}
}

func TestOpenFails(t *testing.T) {
	if _, err := redact.Open(filepath.Join(t.TempDir(), "none"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open = %v, want %v", err, os.ErrNotExist)
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, redact.JournalFile, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if r, err := redact.Open(dir, nil); err == nil {
		r.Close()
		t.Error("Open takes a directory for a journal")
	}
}
