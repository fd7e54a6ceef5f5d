package checkpoint

import (
	"path/filepath"

	"github.com/google/renameio/v2"
	"go.etcd.io/bbolt"
)

// BackupPath is where the ledger at path leaves its copy at every clean end.
func BackupPath(path string) string { return path + ".bak" }

// Copy writes a copy of the ledger to path, as it stands in the file, and
// replaces what is there at once or not at all. A ledger that is damaged is not
// copied: the copy that is there may be the last good one. Whoever needs a
// larger file waits until the copy is made.
func (r *Reader) Copy(path string) error {
	if !r.Exists() {
		return nil
	}
	copied := error(nil)
	err := r.view(func(tx *bbolt.Tx) error {
		if err := checkItems(tx); err != nil {
			return err
		}
		copied = writeCopy(tx, path)
		return nil
	})
	if err == nil && copied != nil {
		err = fileError("copy", r.path, copied)
	}
	return err
}

func writeCopy(tx *bbolt.Tx, path string) error {
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(0o600))
	if err != nil {
		return err
	}
	defer func() { _ = f.Cleanup() }() // of no effect once the file is in its place
	if _, err := tx.WriteTo(f); err != nil {
		return err
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return err
	}
	return syncFolder(path)
}
