package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// inventoryName is where the inventory of a rollback goes unless that is said:
// beside the ledger.
func inventoryName(state string, began time.Time) string {
	return state + ".rollback-" + began.UTC().Format("20060102T150405.000Z") + ".jsonl"
}

// inventoryFile is the file that an inventory is written to.
type inventoryFile struct{ *os.File }

// createInventory creates the file, which must not be there: what an earlier
// rollback deleted stands nowhere else any more.
func createInventory(path string) (inventoryFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return inventoryFile{}, usagef("name another file with --inventory, or leave it out", "create inventory %s: there is one already", path)
	}
	if err != nil {
		return inventoryFile{}, withHint(fmt.Errorf("create inventory: %w", err), "name a file that can be written with --inventory")
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		_ = f.Close()
		return inventoryFile{}, fmt.Errorf("create inventory: %w", err)
	}
	return inventoryFile{f}, nil
}

// syncFolder brings the names in a folder to the disk.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// close closes the file and says where it is. One that nothing was written to is
// removed.
func (f inventoryFile) close() (path string, err error) {
	info, err := f.Stat()
	if err == nil {
		err = f.Close()
	}
	if err == nil && info.Size() == 0 {
		return "", os.Remove(f.Name())
	}
	if err != nil {
		err = fmt.Errorf("write inventory: %w", err)
	}
	return f.Name(), err
}
