package checkpoint_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
	err := l.Copy(filepath.Join(path+"-no", "copy.db"))
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
