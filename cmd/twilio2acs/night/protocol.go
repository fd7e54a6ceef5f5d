package night

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// Protocol is the record of a night in Markdown. Entries are only ever added.
type Protocol struct {
	path string
}

// OpenProtocol takes a file, which need not be there yet.
func OpenProtocol(path string) (*Protocol, error) {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("write protocol %s: there is something that is no file", path)
	}
	return &Protocol{path}, nil
}

// Append adds an entry, and returns once it is on disk. Where a process was killed while
// it wrote one, the next begins on a line of its own.
func (p *Protocol) Append(e report.ProtocolEntry) (err error) {
	f, err := os.OpenFile(p.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("write protocol: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var text bytes.Buffer
	before, err := lastByte(f)
	switch {
	case err != nil:
		return fmt.Errorf("write protocol: %w", err)
	case before == 0:
		text.WriteString("# The night of the switch\n\nTimes are UTC, by the clock of the machine that ran twilio2acs.\n\n")
	case before != '\n':
		text.WriteString("\n\n")
	}
	if err := e.WriteMarkdown(&text); err != nil {
		return err
	}
	if _, err := f.Write(text.Bytes()); err != nil {
		return fmt.Errorf("write protocol: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("write protocol: %w", err)
	}
	return nil
}

// lastByte is the last byte of a file, 0 of an empty one.
func lastByte(f *os.File) (byte, error) {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil || end == 0 {
		return 0, err
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, end-1)
	return last[0], err
}
