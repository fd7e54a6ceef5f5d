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
	// AdoptMapping takes over a ledger that was written under an older version
	// of the mapping, with the same rules. What would be written otherwise today
	// is then a difference to be seen to, like an edit.
	AdoptMapping bool
}

// adopt reports whether to go on in spite of e.
func (o *Options) adopt(e *BindingError) bool {
	return o != nil && (o.AdoptMachine && e.Moved() || o.AdoptMapping && e.Older())
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
// file system says no. A ledger that was there is then as it was.
//
// The zero binding makes a ledger that speaks of nothing yet. Whoever opens it
// next binds it.
//
// It is read through first, see [Reader.Check]. One of an older schema is brought
// forward, and stays at path with its version behind the name, "run.db.v1".
func Open(path string, binding mapping.Binding, opts *Options) (*Ledger, error) {
	older, err := inspect(path, binding, opts)
	if err != nil {
		return nil, err
	}
	if older {
		if err := bringForward(path, opts.lockTimeout()); err != nil {
			return nil, err
		}
	}
	s, err := openStore(path, false, opts.lockTimeout())
	if err != nil {
		return nil, err
	}
	removeUnfinished(path)
	l := &Ledger{Reader: Reader{path: path, store: s}, recent: make(recent)}
	err = l.prepare(binding, opts)
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
// that it is ours, and sound throughout. It says whether its schema is older.
func inspect(path string, binding mapping.Binding, opts *Options) (older bool, err error) {
	r, err := OpenReader(path, opts)
	if err != nil {
		return false, err
	}
	defer r.Close()
	if !r.Exists() {
		return false, missing(path)
	}
	if err := r.admit(binding, opts); err != nil {
		return false, err
	}
	if err := r.Check(); err != nil {
		return false, err
	}
	return r.older, r.store.checkPages()
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
func (l *Ledger) prepare(binding mapping.Binding, opts *Options) error {
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
	if about.Schema != Schema { // another file than the one inspected
		return &LockedError{Path: l.path}
	}
	l.about = about
	if err := l.admit(binding, opts); err != nil {
		return err
	}
	if about.Binding != binding {
		if err := l.bind(binding); err != nil {
			return err
		}
	}
	l.journal, err = l.recall()
	l.stored = l.counts
	return err
}

// bind binds the ledger to what has been adopted.
func (l *Ledger) bind(binding mapping.Binding) error {
	about := l.about
	about.Binding = binding
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
