package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// A Reader reads a ledger. It does not change a byte of the file, and keeps
// writers out while it is open.
type Reader struct {
	path  string
	store *store // nil when there is no file
	about about
	older bool // brought forward from an older schema, for this reader only

	mu     sync.Mutex
	tails  map[sidKey]*tail
	counts tally
	taken  time.Time // when the copy was taken that this is; else zero
}

// OpenReader opens a ledger for reading. A file that does not exist, or into
// which nothing has been written yet, reads as an empty ledger and is not
// created. One of an older schema is read from a copy in the folder for temporary
// files, and keeps nobody out. The error is a *LockedError while a run writes to
// the ledger, see [OpenLive].
func OpenReader(path string, opts *Options) (*Reader, error) {
	r := &Reader{path: path}
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return r, nil
	case err != nil:
		return nil, fileError("open", path, err)
	case info.Mode().IsRegular() && info.Size() == 0:
		return r, nil
	}
	var err error
	if r.store, err = openStore(path, true, opts.lockTimeout()); err != nil {
		return nil, err
	}
	if err := r.load(); err != nil {
		_ = r.store.close()
		if errors.Is(err, errNothing) {
			return &Reader{path: path}, nil
		}
		return nil, err
	}
	return r, nil
}

// errNothing is a file that was made, and nothing written to it yet.
var errNothing = errors.New("nothing written yet")

// load makes sure that the file is a ledger that can be read, and reads what is
// kept of it in memory.
func (r *Reader) load() error {
	about, found, err := r.store.about()
	if err != nil {
		return err
	}
	if !found {
		return errNothing
	}
	if err := about.check(r.path); err != nil {
		return err
	}
	if about.Schema < Schema {
		if err := r.readForward(); err != nil {
			return err
		}
	}
	r.about = about
	_, err = r.recall()
	return err
}

// readForward makes of a ledger of an older schema one of today's that only this
// reader has, and reads that instead.
func (r *Reader) readForward() error {
	name, err := upgrade(r.store, os.TempDir())
	if err != nil {
		return err
	}
	s, err := openStore(name, true, time.Second)
	_ = os.Remove(name) // what is open stays until it is closed
	if err != nil {
		return err
	}
	old := r.store
	r.store, r.older = s, true
	return old.close()
}

// recall reads what is kept in memory.
func (r *Reader) recall() (j journal, err error) {
	err = r.view(func(tx *bbolt.Tx) error {
		if r.counts, err = readCounts(tx); err != nil {
			return err
		}
		if r.taken, err = readMark(tx); err != nil {
			return err
		}
		r.tails, j, err = replay(tx)
		return err
	})
	return j, err
}

// Exists reports whether there is a ledger at all.
func (r *Reader) Exists() bool { return r.store != nil }

// Close releases the file. Closing again does nothing.
func (r *Reader) Close() error {
	if r.store == nil {
		return nil
	}
	return r.store.close()
}

// view runs f in a transaction that reads. f must take no lock and call nothing
// of the consumer's.
func (r *Reader) view(f func(*bbolt.Tx) error) error {
	if r.store == nil {
		return nil
	}
	return r.store.view(f)
}
