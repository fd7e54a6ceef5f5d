package twiliosrc

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// lockFile is locked while somebody records into an unfinished recording.
const lockFile = "lock"

// BusyError says that another process is recording into the same directory.
type BusyError struct{ Dir string }

func (e *BusyError) Error() string {
	return fmt.Sprintf("record in %s: another process is at it", e.Dir)
}

// Hint says what can be done about it.
func (e *BusyError) Hint() string {
	return "wait for the other recording to end, or name another directory"
}

// lockWorkshop keeps others away from the directory of an unfinished recording,
// which it makes if need be, as long as the process lives.
func lockWorkshop(dir string) (*flock.Flock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	path := filepath.Join(dir, lockFile)
	lock := flock.New(path, flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("record: lock %s: %w", path, err)
	}
	if !locked {
		return nil, &BusyError{dir}
	}
	// Whoever held it may have finished just now, and removed it with all else.
	held, err := lock.Stat()
	named, nerr := os.Stat(path)
	if err != nil || nerr != nil || !os.SameFile(held, named) {
		return nil, errors.Join(&BusyError{dir}, lock.Unlock())
	}
	return lock, nil
}
