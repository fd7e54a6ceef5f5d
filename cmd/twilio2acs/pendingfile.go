package main

import (
	"bufio"
	"fmt"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// pendingFile is a file for its owner alone that appears under its name once it is
// complete. A nil pendingFile is none.
type pendingFile struct {
	file *renameio.PendingFile
	w    *bufio.Writer
}

// newPendingFile begins a file; an empty path makes none. Flag is where it was named.
func newPendingFile(path, flag string) (*pendingFile, error) {
	if path == "" {
		return nil, nil
	}
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o600), renameio.WithTempDir(filepath.Dir(path)))
	if err != nil {
		return nil, withHint(fmt.Errorf("write %s: %w", path, err), "name a file that can be written with "+flag)
	}
	return &pendingFile{file: f, w: bufio.NewWriter(f)}, nil
}

// Write writes to the file.
func (f *pendingFile) Write(p []byte) (int, error) { return f.w.Write(p) }

// commit makes the file appear, on disk.
func (f *pendingFile) commit() error {
	if f == nil {
		return nil
	}
	if err := f.w.Flush(); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	if err := f.file.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	return nil
}

// close removes what is not complete.
func (f *pendingFile) close() error {
	if f == nil {
		return nil
	}
	return f.file.Cleanup()
}
