package twiliosrc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// spoolBlock is how the file of a spool is shared out. A page of messages takes a
// few of them.
const spoolBlock = 16 << 10

// SpoolError says that messages could not be kept on the disk until they are wanted.
type SpoolError struct {
	Op     string // "create", "write", "read"
	Folder string // for temporary files
	Err    error
}

// newSpoolError leaves out the name of the file, which nobody can see.
func newSpoolError(op string, err error) *SpoolError {
	var file *fs.PathError
	if errors.As(err, &file) {
		err = file.Err
	}
	return &SpoolError{Op: op, Folder: os.TempDir(), Err: err}
}

func (e *SpoolError) Error() string {
	return fmt.Sprintf("%s spool of messages in %s: %v", e.Op, e.Folder, e.Err)
}

func (e *SpoolError) Unwrap() error { return e.Err }

// Hint says what can be done about it.
func (e *SpoolError) Hint() string {
	return "free space on the disk, or name another folder for temporary files with TMPDIR; then the same command goes on"
}

// spool keeps on the disk what was read of Twilio and is not wanted yet: thousands
// of conversations may be in progress and wait for their turn, and a page of each
// would not fit into memory. Its file is shared by all of them, and grows to the most
// that ever waited at once.
//
// The file is made when it is first needed, in a folder of its own that nobody else
// may look into. Where the system allows it has no name any more from then on, so
// that nothing is left behind however the process ends.
type spool struct {
	mu     sync.Mutex
	file   *os.File
	dir    string  // still to be removed; empty: nothing is
	blocks int64   // in the file
	free   []int64 // blocks that are not in use
}

// close gives the file back; another is made if it is needed again. Queues that are
// in use end with errors.
func (s *spool) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	s.file, s.dir = nil, ""
	return err
}

// open returns the file, and makes it before it is first used.
func (s *spool) open() (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil {
		return s.file, nil
	}
	dir, err := os.MkdirTemp("", "twilio2acs-spool-") // for its owner alone
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, "messages"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		_ = os.Remove(dir) // the first error tells more
		return nil, err
	}
	s.file, s.dir = file, dir
	if os.RemoveAll(dir) == nil { // an open file cannot be removed everywhere
		s.dir = ""
	}
	return file, nil
}

// take gives n blocks away.
func (s *spool) take(n int) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := make([]int64, 0, n)
	for range n {
		if last := len(s.free) - 1; last >= 0 {
			taken = append(taken, s.free[last])
			s.free = s.free[:last]
			continue
		}
		taken = append(taken, s.blocks)
		s.blocks++
	}
	return taken
}

// giveBack takes blocks back.
func (s *spool) giveBack(blocks []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, blocks...)
}
