package migrate

import (
	"encoding/json"
	"fmt"
	"os"
)

// writingSpool keeps what was read of one thread until it can be told in order: lists
// begin with the latest change. It is on disk, since people may write without end. The
// zero value is ready; the file is made when there is something to keep.
type writingSpool struct {
	file *os.File
	end  int64
}

// spooled is a writing in the spool, in the state of that version.
type spooled struct {
	version int64
	at      int64 // when it was done, in Unix milliseconds
	from    int64
	size    int
}

// add keeps w.
func (s *writingSpool) add(w Writing, version int64) (spooled, error) {
	if s.file == nil {
		f, err := os.CreateTemp("", "twilio2acs-export-*") // for its owner alone
		if err != nil {
			return spooled{}, fmt.Errorf("keep writings on disk: %w", err)
		}
		s.file = f
	}
	line, err := json.Marshal(w)
	if err != nil {
		return spooled{}, fmt.Errorf("encode message %s: %w", w.ID, err)
	}
	if _, err := s.file.Write(line); err != nil {
		return spooled{}, fmt.Errorf("keep writings on disk: %w", err)
	}
	at := spooled{version, w.At.UnixMilli(), s.end, len(line)}
	s.end += int64(len(line))
	return at, nil
}

// get reads a writing back.
func (s *writingSpool) get(at spooled) (w Writing, err error) {
	line := make([]byte, at.size)
	if _, err := s.file.ReadAt(line, at.from); err != nil {
		return w, fmt.Errorf("read writings back: %w", err)
	}
	if err := json.Unmarshal(line, &w); err != nil {
		return w, fmt.Errorf("read writings back: %w", err)
	}
	return w, nil
}

// close removes the file. What stays of it does no harm.
func (s *writingSpool) close() {
	if s.file == nil {
		return
	}
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}
