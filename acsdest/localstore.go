package acsdest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// LocalStore keeps media files in a directory of their own. Nothing it is asked
// for is outside of that directory. It is safe for concurrent use.
type LocalStore struct {
	root *os.Root
	dir  string // absolute
}

const (
	// partialDir holds files that are being written.
	partialDir = ".partial"
	// partialAge is how old a file in it must be to be left over from a crash.
	partialAge = time.Hour
)

// NewLocalStore opens the store in dir, creating it where there is none, and
// clears away what a crash may have left of unfinished files.
func NewLocalStore(dir string) (*LocalStore, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open media store %s: %w", dir, err)
	}
	if err := os.MkdirAll(filepath.Join(abs, partialDir), 0o700); err != nil {
		return nil, fmt.Errorf("open media store: %w", err)
	}
	root, err := os.OpenRoot(abs)
	if err != nil {
		return nil, fmt.Errorf("open media store: %w", err)
	}
	s := &LocalStore{root: root, dir: abs}
	if err := s.clearPartial(); err != nil {
		return nil, errors.Join(fmt.Errorf("open media store: %w", err), root.Close())
	}
	return s, nil
}

// Close gives back what the store holds of the system. Files that are open stay
// readable.
func (s *LocalStore) Close() error { return s.root.Close() }

// URLTemplate names the files of the store, with {key} where the escaped key goes.
func (s *LocalStore) URLTemplate() string {
	p := filepath.ToSlash(s.dir)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // a drive letter
	}
	u := url.URL{Scheme: "file", Path: strings.TrimSuffix(p, "/") + "/"}
	return u.String() + "{key}"
}

// Put stores what r gives under key, and returns its size in bytes and its SHA-256
// in hexadecimal. A file already there is replaced at once or, on an error, not at
// all; when Put returns, the file is on the disk. The content type is not kept: the
// name tells it. ctx is looked at between reads, so r should end with it too.
func (s *LocalStore) Put(ctx context.Context, key, contentType string, r io.Reader) (size int64, sum string, err error) {
	if err := checkKey(key); err != nil {
		return 0, "", err
	}
	size, sum, err = s.put(ctx, key, r)
	if err != nil {
		return 0, "", fmt.Errorf("store media %s: %w", key, err)
	}
	return size, sum, nil
}

func (s *LocalStore) put(ctx context.Context, key string, r io.Reader) (size int64, sum string, err error) {
	partial := path.Join(partialDir, rand.Text())
	if size, sum, err = s.write(ctx, partial, r); err == nil {
		err = s.install(partial, key)
	}
	if err != nil {
		return 0, "", errors.Join(err, s.discard(partial))
	}
	return size, sum, nil
}

// write makes a durable file of what r gives.
func (s *LocalStore) write(ctx context.Context, name string, r io.Reader) (size int64, sum string, err error) {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, "", err
	}
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(f, h), &contextReader{ctx, r})
	if err == nil {
		err = f.Sync()
	}
	return size, hex.EncodeToString(h.Sum(nil)), errors.Join(err, f.Close())
}

// install gives a finished file its name.
func (s *LocalStore) install(partial, key string) error {
	dir := path.Dir(key)
	if err := s.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := s.root.Rename(partial, key); err != nil {
		return err
	}
	return s.syncUpwards(dir)
}

func (s *LocalStore) discard(partial string) error {
	if err := s.root.Remove(partial); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Open opens the file under key. A file that is not there is fs.ErrNotExist.
func (s *LocalStore) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := errors.Join(ctx.Err(), checkKey(key)); err != nil {
		return nil, err
	}
	info, err := s.root.Stat(key)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: key, Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, fmt.Errorf("open media: %w", err)
	}
	f, err := s.root.Open(key)
	if err != nil {
		return nil, fmt.Errorf("open media: %w", err)
	}
	return f, nil
}

// syncUpwards makes the names on the way to dir durable, where a system can.
func (s *LocalStore) syncUpwards(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	for ; ; dir = path.Dir(dir) {
		f, err := s.root.Open(dir)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
		if dir == "." {
			return nil
		}
	}
}

func (s *LocalStore) clearPartial() error {
	entries, err := fs.ReadDir(s.root.FS(), partialDir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < partialAge {
			continue // gone, or another process is writing it
		}
		if err := s.discard(path.Join(partialDir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// contextReader ends with its context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
