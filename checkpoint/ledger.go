package checkpoint

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"sync"
	"sync/atomic"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A Ledger records a migration. All methods are safe for concurrent use. After
// a write has failed, the disk being full for example, every later one fails
// with the same error and the file holds what was committed before.
type Ledger struct {
	Reader

	turn      sync.Mutex   // held by whoever writes to the file
	recent    recent       // guarded by turn
	stored    tally        // guarded by turn: the counts in the file
	gather    sync.Mutex   // guards group
	group     *group       // the writes that wait for the next transaction; nil for none
	crowdedAt atomic.Int64 // when a group was a crowd last, in nanoseconds
	sweeping  sync.Mutex   // held by whoever empties the journal

	// Guarded by Reader.mu.
	failed   error             // of the first write that failed, or that the ledger is closed
	waiting  []*tail           // those with acknowledgements that are not in the journal
	queued   int               // how many acknowledgements these hold
	attempts []mapping.Attempt // those that are not in the file yet
	noted    []note            // those that are not in the file yet, in their order
	journal  journal
	run      mapping.RunRecord // the one begun by this Ledger

	forgetting map[sidKey]bool // conversations that take no messages now
}

// Close writes what waits and releases the file. Closing again does nothing.
func (l *Ledger) Close() error { return l.closeAfter(l.join(nil)) }

// CloseClean is Close at the clean end of a run: it empties the journal and
// leaves a copy of the ledger at [BackupPath]. The ledger is closed whatever
// the error is.
func (l *Ledger) CloseClean() error {
	err := l.tidy()
	if err == nil {
		err = l.Copy(context.Background(), BackupPath(l.path))
	}
	return l.closeAfter(err)
}

// tidy leaves nothing in the journal.
func (l *Ledger) tidy() error {
	if err := l.join(nil); err != nil {
		return err
	}
	l.sweeping.Lock()
	defer l.sweeping.Unlock()
	if err := l.sweep(); err != nil {
		return err
	}
	return l.join(nil)
}

// closeAfter releases the file. The first of the two errors counts.
func (l *Ledger) closeAfter(err error) error {
	if errors.Is(err, fs.ErrClosed) { // closed before
		return nil
	}
	l.turn.Lock()
	defer l.turn.Unlock()
	l.mu.Lock()
	l.failed = &FileError{Op: "write", Path: l.path, Err: fs.ErrClosed}
	l.mu.Unlock()
	return cmp.Or(err, l.Reader.Close())
}
