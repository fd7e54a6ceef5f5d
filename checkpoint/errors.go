package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// LockedError is a ledger that another process has open: a run, or a reader
// where a run wants to begin.
type LockedError struct{ Path string }

func (e *LockedError) Error() string {
	return fmt.Sprintf("open checkpoint %s: locked by another process", e.Path)
}

// Hint says what can be done about it.
func (e *LockedError) Hint() string {
	return "wait for the other run to end, or give this one its own --state"
}

// SchemaError is a ledger in a form that this program does not know, because a
// newer one wrote it.
type SchemaError struct {
	Path string
	Got  int // version of the file
	Want int // newest version this program knows
}

func (e *SchemaError) Error() string {
	return fmt.Sprintf("open checkpoint %s: written by a newer program (schema %d, known up to %d)", e.Path, e.Got, e.Want)
}

// Hint says what can be done about it.
func (e *SchemaError) Hint() string {
	return "use the version of twilio2acs that wrote it, or a newer one"
}

// MissingError is a ledger that is gone while its copy is still there. A new one
// in its place would carry everything over a second time.
type MissingError struct{ Path string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("open checkpoint %s: gone, while its copy %s is still there", e.Path, BackupPath(e.Path))
}

// Hint says what can be done about it.
func (e *MissingError) Hint() string {
	return fmt.Sprintf("copy %s back to %s; or, to begin anew, remove the copy or name another file with --state", BackupPath(e.Path), e.Path)
}

// DamagedError is a file that is no ledger, or no longer: cut short, bytes
// changed, rows gone. It is found when the ledger is opened to be written to,
// or when what is damaged is read.
type DamagedError struct {
	Path string
	Err  error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("open checkpoint %s: damaged: %v", e.Path, e.Err)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// Hint says what can be done about it.
func (e *DamagedError) Hint() string {
	return fmt.Sprintf("set the file aside and put %s, its copy of the last clean end, in its place; "+
		"if it is no ledger at all, name another file with --state", BackupPath(e.Path))
}

// FileError is a ledger that the file system will not let us open, write or
// copy. What was committed before stays.
type FileError struct {
	Op   string // open, read, write or copy
	Path string
	Err  error
}

func (e *FileError) Error() string {
	return fmt.Sprintf("%s checkpoint %s: %v", e.Op, e.Path, e.Err)
}

func (e *FileError) Unwrap() error { return e.Err }

// Hint says what can be done about it.
func (e *FileError) Hint() string {
	switch {
	case errors.Is(e.Err, fs.ErrNotExist):
		return "make its folder first, or name another file with --state"
	case errors.Is(e.Err, fs.ErrPermission), errors.Is(e.Err, syscall.EROFS), errors.Is(e.Err, errNotFile):
		return "name a file that can be written with --state"
	case errors.Is(e.Err, syscall.ENOSPC), errors.Is(e.Err, syscall.EDQUOT):
		return "make room on the disk and run the same command again: what was recorded is kept"
	default:
		return "see to the disk and run the same command again: what was recorded is kept"
	}
}

var errNotFile = errors.New("not a file")

// fileError wraps err, without the paths that it repeats.
func fileError(op, path string, err error) error {
	var pathErr *fs.PathError
	var linkErr *os.LinkError
	switch {
	case errors.As(err, &pathErr):
		err = pathErr.Err
	case errors.As(err, &linkErr):
		err = linkErr.Err
	}
	return &FileError{Op: op, Path: path, Err: err}
}
