package night

import (
	"fmt"

	"github.com/gofrs/flock"
)

// BusyError says that another process drives the night.
type BusyError struct{ Path string }

func (e *BusyError) Error() string {
	return fmt.Sprintf("open journal %s: another process drives this night", e.Path)
}

// Hint says what can be done about it.
func (e *BusyError) Hint() string {
	return "wait for the other cutover to end, or interrupt it: this command then goes on where it stopped"
}

// lockNight keeps others away from a journal as long as the process lives. The lock is a
// file of its own, which stays: the journal itself is replaced whenever it is saved.
func lockNight(path string) (*flock.Flock, error) {
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock journal: %w", err)
	case !locked:
		return nil, &BusyError{path}
	}
	return lock, nil
}
