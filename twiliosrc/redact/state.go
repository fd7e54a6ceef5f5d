package redact

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// The files that stand beside an unfinished recording, 0600. The key restores
// all text, and the journal tells with the key whether a word occurs.
const (
	KeyFile     = "redact.key"
	JournalFile = "redact.words"
)

// state is what a redaction keeps on disk.
type state struct {
	dir     *os.Root
	journal *os.File
}

// Open returns the redactor of the recording in dir: that of an interrupted one,
// if its key is there, or one with a new key. The redactor must be closed.
func Open(dir string, opts *Options) (*Redactor, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open redaction: %w", err)
	}
	r, err := open(root, opts)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open redaction: %w", err), root.Close())
	}
	return r, nil
}

func open(root *os.Root, opts *Options) (*Redactor, error) {
	key, isNew, err := loadKey(root)
	if err != nil {
		return nil, err
	}
	if isNew { // what a journal holds is of another key
		if err := remove(root, JournalFile); err != nil {
			return nil, err
		}
	}
	r, err := New(key, opts)
	if err != nil {
		return nil, err
	}
	journal, err := root.OpenFile(JournalFile, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	whole, err := r.memory.load(journal)
	if err == nil {
		err = journal.Truncate(whole)
	}
	if err == nil {
		_, err = journal.Seek(whole, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, journal.Close())
	}
	r.memory.journal = bufio.NewWriter(journal)
	r.state = &state{dir: root, journal: journal}
	return r, nil
}

// loadKey reads the key, or makes one. A key that is cut short has never been
// used, because it is whole on disk before it is.
func loadKey(root *os.Root) (k Key, isNew bool, err error) {
	text, err := root.ReadFile(KeyFile)
	switch {
	case err == nil && len(text) == len(k):
		return Key(text), false, nil
	case err == nil:
		err = root.Remove(KeyFile)
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	}
	if err != nil {
		return k, false, err
	}
	k = NewKey()
	f, err := root.OpenFile(KeyFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return k, false, err
	}
	_, err = f.Write(k[:])
	return k, true, errors.Join(err, f.Sync(), f.Close(), syncDir(root))
}

// syncDir makes new and removed names in a directory last.
func syncDir(root *os.Root) error {
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Sync makes what the redactor has seen so far last. A recording that is to be
// resumed from some place must have called it after redacting what stands before
// that place: otherwise the scan cannot vouch for that.
func (r *Redactor) Sync() error {
	err := r.memory.flush()
	if err == nil && r.state != nil {
		err = r.state.journal.Sync()
	}
	if err != nil {
		return fmt.Errorf("write redaction journal: %w", err)
	}
	return nil
}

// Close ends the use of r and keeps its files, for the recording to go on later.
// After Destroy it does nothing.
func (r *Redactor) Close() error {
	if r.state == nil {
		return nil
	}
	return errors.Join(r.Sync(), r.state.journal.Close(), r.state.dir.Close())
}

// Destroy ends the recording: without the key nobody can tell what the text was.
// It is overwritten first, which a file system that copies on write, or a flash
// drive, may carry out elsewhere.
func (r *Redactor) Destroy() error {
	if r.state == nil {
		return nil
	}
	dir, journal := r.state.dir, r.state.journal
	r.state = nil
	err := errors.Join(
		overwrite(dir, KeyFile),
		remove(dir, KeyFile),
		journal.Close(),
		remove(dir, JournalFile),
		syncDir(dir),
		dir.Close(),
	)
	if err != nil {
		return fmt.Errorf("destroy redaction key: %w", err)
	}
	return nil
}

func overwrite(root *os.Root, name string) error {
	f, err := root.OpenFile(name, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, len(Key{})))
	return errors.Join(err, f.Sync(), f.Close())
}

// remove removes a file that need not be there.
func remove(root *os.Root, name string) error {
	if err := root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
