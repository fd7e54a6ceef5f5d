package acsdest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
)

// Delete deletes the file under key, for ever, and the folders that it leaves
// empty. A file that is not there is deleted already.
func (s *LocalStore) Delete(ctx context.Context, key string) error {
	if err := errors.Join(ctx.Err(), checkKey(key)); err != nil {
		return err
	}
	if err := s.delete(key); err != nil {
		return fmt.Errorf("delete media: %w", err)
	}
	return nil
}

func (s *LocalStore) delete(key string) error {
	info, err := s.root.Lstat(key)
	if err == nil && info.Mode().IsRegular() {
		err = s.root.Remove(key)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	folder := path.Dir(key)
	for folder != "." && s.root.Remove(folder) == nil { // one that holds something stays
		folder = path.Dir(folder)
	}
	return s.syncUpwards(folder)
}

// listBatch is how many names are read at once.
const listBatch = 256

// List lists the keys of the files right in a folder, in no order. What is deleted
// meanwhile does no harm. A folder that is not there is empty. A failed listing
// yields its error once, last.
func (s *LocalStore) List(ctx context.Context, folder string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := s.list(ctx, folder, func(key string) bool { return yield(key, nil) }); err != nil {
			yield("", err)
		}
	}
}

func (s *LocalStore) list(ctx context.Context, folder string, each func(string) bool) error {
	if err := checkKey(folder); err != nil {
		return err
	}
	f, err := s.root.Open(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list media: %w", err)
	}
	defer f.Close()
	for {
		entries, err := f.ReadDir(listBatch)
		for _, e := range entries {
			if e.Type().IsRegular() && !each(path.Join(folder, e.Name())) {
				return nil
			}
		}
		switch {
		case err == io.EOF || errors.Is(err, fs.ErrNotExist): // its last file was deleted, and the folder with it
			return ctx.Err()
		case err != nil:
			return fmt.Errorf("list media: %w", err)
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}
