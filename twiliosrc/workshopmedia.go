package twiliosrc

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// newMedia begins a file.
func (w *workshop) newMedia(sid mapping.MediaSID) (*pendingFile, error) {
	return newPendingFile(filepath.Join(w.path(filesDir), string(sid)))
}

func (w *workshop) mediaDir() string { return filepath.Join(w.snapshotDir(), mediaDir) }

// placeMedia puts a file into the snapshot.
func (w *workshop) placeMedia(sid mapping.MediaSID) error {
	if err := checkSID(prefixMedia, "sid", sid); err != nil {
		return err
	}
	to := filepath.Join(w.mediaDir(), string(sid))
	err := os.Rename(filepath.Join(w.path(filesDir), string(sid)), to)
	if errors.Is(err, fs.ErrNotExist) { // two messages have it: it is there
		_, err = os.Lstat(to)
	}
	return err
}

// takeMediaBack undoes placeMedia for whatever an earlier attempt has placed: some
// of it may have gone meanwhile. It takes a few files at a time, because there may
// be more names than memory has room for.
func (w *workshop) takeMediaBack() error {
	for {
		names, err := someNames(w.mediaDir())
		if len(names) == 0 || err != nil {
			return err
		}
		for _, name := range names {
			if err := os.Rename(filepath.Join(w.mediaDir(), name), filepath.Join(w.path(filesDir), name)); err != nil {
				return err
			}
		}
	}
}

// someNames are at most 1,000 of those in a directory.
func someNames(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(1000)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return names, err
}
