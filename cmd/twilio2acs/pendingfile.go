package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// pendingFile is a file for its owner alone that appears under its name once it is
// complete. A nil pendingFile is none.
type pendingFile struct {
	file *os.File // under a name of its own, in the folder where it is to be
	w    *bufio.Writer
	path string // its name once it is complete
}

// newPendingFile begins a file; an empty path makes none. Flag is where it was named.
func newPendingFile(path, flag string) (*pendingFile, error) {
	if path == "" {
		return nil, nil
	}
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, withHint(fmt.Errorf("write %s: there is something that is no file", path), "name a file that can be written with "+flag)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"*") // for its owner alone
	if err != nil {
		return nil, withHint(fmt.Errorf("write %s: %w", path, err), "name a file that can be written with "+flag)
	}
	return &pendingFile{file: f, w: bufio.NewWriter(f), path: path}, nil
}

// Write writes to the file.
func (f *pendingFile) Write(p []byte) (int, error) { return f.w.Write(p) }

// commit makes the file appear, on disk.
func (f *pendingFile) commit() error {
	if f == nil {
		return nil
	}
	err := cmp.Or(f.w.Flush(), f.file.Sync())
	err = cmp.Or(err, f.file.Close()) // Windows renames no open file
	if err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	if err := os.Rename(f.file.Name(), f.path); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	return nil
}

// close removes what is not complete.
func (f *pendingFile) close() error {
	if f == nil {
		return nil
	}
	_ = f.file.Close() // commit has told what matters
	if err := os.Remove(f.file.Name()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
