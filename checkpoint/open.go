package checkpoint

import (
	"os"
	"path/filepath"
	"runtime"
	"time"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Options tune how a ledger is opened. Nil is a sound default.
type Options struct {
	// LockTimeout is how long to wait for a lock that another process holds.
	// 0 means one second.
	LockTimeout time.Duration
	// AdoptMachine takes over a ledger that was written on another machine.
	// No run may go on there any more: the lock does not reach that far.
	AdoptMachine bool
}

func (o *Options) lockTimeout() time.Duration {
	if o == nil || o.LockTimeout == 0 {
		return time.Second
	}
	return o.LockTimeout
}

// Open opens the ledger at path for a run, creates it where there is none, and
// keeps every other process out until it is closed. The folder must exist.
//
// The error is a *LockedError when another process has the ledger open, a
// *BindingError when the ledger speaks of something else than binding, a
// *SchemaError when a newer program wrote it, a *DamagedError when it cannot be
// read, a *MissingError when only its copy is there, and a *FileError when the
// file system says no. A ledger that was there
// is then as it was. It is read through first, see [Reader.Check].
func Open(path string, binding mapping.Binding, opts *Options) (*Ledger, error) {
	adopt := opts != nil && opts.AdoptMachine
	if err := inspect(path, binding, adopt, opts); err != nil {
		return nil, err
	}
	s, err := openStore(path, false, opts.lockTimeout())
	if err != nil {
		return nil, err
	}
	removeUnfinished(path)
	l := &Ledger{Reader: Reader{path: path, store: s}}
	err = l.prepare(binding, adopt)
	if err == nil {
		err = l.finishForgetting()
	}
	if err != nil {
		_ = s.close()
		return nil, err
	}
	return l, nil
}

// inspect looks at a ledger as a reader, before it is opened to be written to:
// that it is ours, and sound throughout.
func inspect(path string, binding mapping.Binding, adopt bool, opts *Options) error {
	r, err := OpenReader(path, opts)
	if err != nil {
		return err
	}
	defer r.Close()
	if !r.Exists() {
		return missing(path)
	}
	if err := r.admit(binding, adopt); err != nil {
		return err
	}
	if err := r.Check(); err != nil {
		return err
	}
	return r.store.checkPages()
}

// missing refuses to begin a ledger beside the copy of one that is gone.
func missing(path string) error {
	if _, err := os.Stat(BackupPath(path)); err == nil {
		return &MissingError{Path: path}
	}
	return nil
}

// prepare makes sure that the ledger is there and still the one inspected, and
// reads what is kept in memory.
func (l *Ledger) prepare(binding mapping.Binding, adopt bool) error {
	about, found, err := l.store.about()
	if err != nil {
		return err
	}
	if !found {
		about = newAbout(binding)
		if err := l.store.create(about); err != nil {
			return err
		}
	}
	if err := about.check(l.path); err != nil {
		return err
	}
	l.about = about
	if err := l.admit(binding, adopt); err != nil {
		return err
	}
	if about.Binding != binding {
		if err := l.adopt(binding.Machine); err != nil {
			return err
		}
	}
	l.journal, err = l.recall()
	return err
}

// adopt binds the ledger to another machine.
func (l *Ledger) adopt(machine string) error {
	about := l.about
	about.Binding.Machine = machine
	if err := l.store.update(func(tx *bbolt.Tx) error { return putAbout(tx, about) }); err != nil {
		return err
	}
	l.about = about
	return nil
}

// create makes an empty ledger, and sees to it that its name in the folder
// survives a crash as well.
func (s *store) create(a about) error {
	err := s.update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		if err := putCounts(tx, tally{}); err != nil {
			return err
		}
		return putAbout(tx, a)
	})
	if err != nil {
		return err
	}
	if err := syncFolder(s.path); err != nil {
		return fileError("write", s.path, err)
	}
	return nil
}

// syncFolder makes the name of a file durable. Windows cannot sync a folder.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
