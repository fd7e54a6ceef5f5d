package checkpoint_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

func TestCloseCleanLeavesACopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	must(t, l.Acknowledge(conversation(1), message(1, 0)))
	must(t, l.CloseClean())
	copied := checkpoint.BackupPath(path)
	info, err := os.Stat(copied)
	must(t, err)
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode of the copy %o, want 600", got)
	}
	first, err := os.ReadFile(copied)
	must(t, err)

	l = open(t, path)
	must(t, l.Acknowledge(conversation(1), message(1, 1)))
	must(t, l.Close())
	if second, err := os.ReadFile(copied); !bytes.Equal(first, second) || err != nil {
		t.Errorf("Close has changed the copy: %v", err)
	}

	must(t, os.Rename(copied, path))
	l = open(t, path)
	if got, err := l.Progress(conversation(1)); got.Messages != 1 || err != nil {
		t.Errorf("Progress of the copy = %+v, %v", got, err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("files left: %v", entries)
	}
}

func TestCopyFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	must(t, l.RecordPerson(mapping.PersonRecord{Key: mapping.Keeper, ID: "8:acs:k"}))
	err := l.Copy(t.Context(), filepath.Join(path+"-no", "copy.db"))
	wantError[*checkpoint.FileError](t, err, "copy checkpoint "+path+": no such file or directory")
	must(t, os.Mkdir(checkpoint.BackupPath(path), 0o700))
	var failed *checkpoint.FileError
	if err := l.CloseClean(); !errors.As(err, &failed) || failed.Op != "copy" {
		t.Errorf("CloseClean = %v", err)
	}
	if err := l.Flush(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Flush after CloseClean: %v", err)
	}
	open(t, path)
}

// A ledger that is gone while its copy is there is not begun anew: everything
// would be carried over a second time.
func TestOpenRefusesToReplaceALostLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	must(t, open(t, path).CloseClean())
	must(t, os.Remove(path))
	_, err := checkpoint.Open(path, binding, nil)
	var gone *checkpoint.MissingError
	if !errors.As(err, &gone) {
		t.Fatalf("error %v, want a *MissingError", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a ledger was begun: %v", err)
	}
	must(t, os.Rename(checkpoint.BackupPath(path), path))
	must(t, open(t, path).Close())
}

func TestBackup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	must(t, recordAll(l, 1, 3))
	must(t, l.Acknowledge(conversation(1), message(1, 3))) // waits for a flush
	if taken, ok := l.Restored(); ok {
		t.Errorf("a ledger that is no copy was restored as of %v", taken)
	}
	var data bytes.Buffer
	must(t, l.Backup(t.Context(), &data))
	must(t, recordAll(l, 2, 3))
	want := known(t, &l.Reader, 1)
	must(t, l.Close())

	restored := filepath.Join(t.TempDir(), "restored.db")
	must(t, os.WriteFile(restored, data.Bytes(), 0o600))
	r, err := checkpoint.OpenReader(restored, nil)
	must(t, err)
	if taken, ok := r.Restored(); !ok || taken.IsZero() {
		t.Errorf("Restored of a reader = %v, %v", taken, ok)
	}
	must(t, r.Close())

	l = open(t, restored)
	first, ok := l.Restored()
	if !ok || first.IsZero() {
		t.Errorf("Restored = %v, %v", first, ok)
	}
	if got := known(t, &l.Reader, 1); got != want {
		t.Errorf("the copy knows %s, want %s", got, want)
	}
	if got := known(t, &l.Reader, 2); got != knownNothing {
		t.Errorf("the copy knows what came later: %s", got)
	}
	must(t, l.Check())

	// A copy of a copy is as old as that, and stays one when it is opened again.
	data.Reset()
	must(t, l.Backup(t.Context(), &data))
	must(t, l.Close())
	must(t, os.WriteFile(restored, data.Bytes(), 0o600))
	l = open(t, restored)
	if taken, ok := l.Restored(); !ok || !taken.Equal(first) {
		t.Errorf("Restored of a copy of a copy = %v, %v; want %v", taken, ok, first)
	}
	must(t, l.ClearRestored())
	if taken, ok := l.Restored(); ok {
		t.Errorf("Restored after ClearRestored = %v", taken)
	}
	must(t, l.Close())
	l = open(t, restored)
	if taken, ok := l.Restored(); ok {
		t.Errorf("Restored after ClearRestored and Open = %v", taken)
	}
	entries, err := os.ReadDir(filepath.Dir(restored))
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("files left: %v", entries)
	}
}

// Copies made while others record are each sound and up to date.
func TestBackupWhileRecording(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	var stop atomic.Bool
	var g sync.WaitGroup
	for n := range 8 {
		g.Go(func() {
			for i := int64(0); !stop.Load() && i < 5000; i++ {
				if err := useOnce(l, n, i); err != nil {
					t.Errorf("conversation %d, message %d: %v", n, i, err)
					return
				}
			}
		})
	}
	for round := range 5 {
		c := conversation(100 + round)
		must(t, l.Acknowledge(c, message(1, 0)))
		var data bytes.Buffer
		must(t, l.Backup(t.Context(), &data))
		restored := filepath.Join(t.TempDir(), "restored.db")
		must(t, os.WriteFile(restored, data.Bytes(), 0o600))
		copied := open(t, restored)
		if got, err := copied.Progress(c); got.Messages != 1 || err != nil {
			t.Errorf("round %d: Progress = %+v, %v", round, got, err)
		}
		must(t, copied.Check())
	}
	stop.Store(true)
	g.Wait()
}

type failingWriter struct{ left int }

var errWriter = errors.New("no more room over there")

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errWriter
	}
	return len(p), nil
}

// A backup that fails leaves nothing behind, and the ledger as it was.
func TestBackupFails(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "run.db")
	l := open(t, path)
	must(t, recordMuch(l, 1))
	if err := l.Backup(t.Context(), &failingWriter{40_000}); !errors.Is(err, errWriter) {
		t.Errorf("Backup to a writer that fails: %v", err)
	}
	cause := errors.New("enough")
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if err := l.Backup(cancelled, io.Discard); !errors.Is(err, cause) {
		t.Errorf("Backup that is cancelled: %v", err)
	}
	entries, err := os.ReadDir(folder)
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("files left: %v", entries)
	}
	must(t, recordAll(l, 2, 3))
	must(t, l.Check())
	must(t, l.Close())
	if err := l.Backup(t.Context(), io.Discard); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Backup after Close: %v", err)
	}
}

// What a crash leaves of a copy goes when the ledger is opened again; what only
// looks like it stays.
func TestUnfinishedFilesGo(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "run.db")
	question := filepath.Join(folder, ".run.db.copy-7") // somebody waits for an answer
	stays := []string{
		".run.db.unfinished-mine", ".other.db.unfinished-1", "run.db.unfinished-1", ".run.db.unfinished-1.txt",
		"run.db.copy-1", ".run.db.copy-", filepath.Base(question),
	}
	goes := []string{".run.db.unfinished-123", ".run.db.copy-123"}
	for _, name := range append(goes, stays...) {
		must(t, os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o600))
	}
	must(t, os.Truncate(question, 0))
	open(t, path)
	for _, name := range stays {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range goes {
		if _, err := os.Stat(filepath.Join(folder, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
