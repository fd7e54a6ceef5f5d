package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// growth is how many bytes the file grows by at least. bbolt's own 16 MB would
// be most of a small ledger.
const growth = 1 << 20

// A store is a bbolt file with the errors of this package. bbolt trusts its
// file: on a damaged one it panics or reads outside the file. Everything that
// touches the file therefore goes through guard.
type store struct {
	path string
	db   *bbolt.DB
	file fs.FileInfo // which file path was when it was opened

	gaveBack atomic.Int64 // when pages of the file were given back, in nanoseconds

	// wedged is set by a panic in the middle of a write, after which bbolt may
	// never give back its own locks.
	wedged bool
}

func openStore(path string, readOnly bool, timeout time.Duration) (*store, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, &FileError{Op: "open", Path: path, Err: errNotFile}
	}
	s := &store{path: path}
	open := func(name string, flag int, mode os.FileMode) (*os.File, error) {
		f, err := os.OpenFile(name, flag, mode)
		if err != nil {
			return nil, err
		}
		if s.file, err = f.Stat(); err != nil {
			_ = f.Close()
			return nil, err
		}
		return f, nil
	}
	err := s.guard(func() (err error) {
		// The free list is kept in the file: rebuilding it would read the whole
		// file in a goroutine of bbolt's, out of reach of guard.
		s.db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout:      timeout,
			ReadOnly:     readOnly,
			FreelistType: bbolt.FreelistMapType,
			NoStatistics: true,
			OpenFile:     open,
		})
		return err
	})
	if err != nil {
		return nil, s.openError(err)
	}
	s.db.AllocSize = growth
	if err := s.checkFile(); err != nil {
		_ = s.close()
		return nil, err
	}
	return s, nil
}

// openError tells bbolt's errors apart. It has none of its own for most kinds
// of damage: what does not come from the file system is damage.
func (s *store) openError(err error) error {
	var damaged *DamagedError
	var errno syscall.Errno
	var pathErr *fs.PathError
	switch {
	case errors.As(err, &damaged):
		return err
	case errors.Is(err, bbolterrors.ErrTimeout):
		return &LockedError{Path: s.path}
	case errors.As(err, &pathErr), errors.As(err, &errno):
		return fileError("open", s.path, err)
	default:
		return &DamagedError{Path: s.path, Err: err}
	}
}

// checkFile refuses a file that has been replaced by another while its lock was
// waited for, and one that has been cut short before anything reads beyond its
// end.
func (s *store) checkFile() error {
	info, err := os.Stat(s.path)
	if err != nil {
		return fileError("open", s.path, err)
	}
	if !os.SameFile(info, s.file) {
		return &LockedError{Path: s.path}
	}
	return s.view(func(tx *bbolt.Tx) error {
		if got, want := info.Size(), tx.Size(); got < want {
			return fmt.Errorf("cut short: %d bytes of %d", got, want)
		}
		return nil
	})
}

// view runs f in a transaction that reads. An error of f is taken for damage.
func (s *store) view(f func(*bbolt.Tx) error) error {
	err := s.guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			s.giveBackAtTimes(tx)
			return s.damaged(f(tx))
		})
	})
	return s.fileOr("read", err)
}

// update runs f in a transaction that is on disk when update returns nil. An
// error of f is taken for damage.
func (s *store) update(f func(*bbolt.Tx) error) error {
	s.wedged = true
	err := s.guard(func() error {
		err := s.db.Update(func(tx *bbolt.Tx) error {
			s.giveBackAtTimes(tx)
			return s.damaged(f(tx))
		})
		s.wedged = false
		return err
	})
	return s.fileOr("write", err)
}

func (s *store) damaged(err error) error {
	if err == nil {
		return nil
	}
	return &DamagedError{Path: s.path, Err: err}
}

func (s *store) fileOr(op string, err error) error {
	var damaged *DamagedError
	if err == nil || errors.As(err, &damaged) {
		return err
	}
	return fileError(op, s.path, err)
}

// blame makes an error that has been met with a copy of s one of s: what is wrong
// with the copy is wrong with it, or with the disk.
func (s *store) blame(op string, err error) error {
	var damaged *DamagedError
	var failed *FileError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &damaged):
		return &DamagedError{Path: s.path, Err: damaged.Err}
	case errors.As(err, &failed):
		err = failed.Err
	}
	return fileError(op, s.path, err)
}

// guard turns the panics and the memory faults of f into a DamagedError.
func (s *store) guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = &DamagedError{Path: s.path, Err: fmt.Errorf("its pages do not fit together (%v)", p)}
		}
	}()
	return f()
}

// close releases the file. It waits for transactions to end, but for one that
// never will: then the file is released when the process ends.
func (s *store) close() error {
	if s.wedged {
		return nil
	}
	return s.db.Close()
}
