package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
)

// spoolInMemory is how many bytes of rows are kept in memory before they go to a
// temporary file: about 10,000 rows.
const spoolInMemory = 4 << 20

// spool keeps rows in the order in which they were added, the first of them in
// memory and the others on disk.
type spool struct {
	dir    string // of the temporary file; empty for the system's
	memory bytes.Buffer
	file   *os.File // nil as long as memory is enough
	w      *bufio.Writer
}

// add adds a row.
func (s *spool) add(r Row) error {
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode the row of %s: %w", r.SID, err)
	}
	line = append(line, '\n')
	if s.file == nil && s.memory.Len()+len(line) <= spoolInMemory {
		s.memory.Write(line)
		return nil
	}
	if s.file == nil {
		if s.file, err = os.CreateTemp(s.dir, "twilio2acs-plan-*"); err != nil {
			return fmt.Errorf("keep rows on disk: %w", err)
		}
		s.w = bufio.NewWriter(s.file)
	}
	if _, err := s.w.Write(line); err != nil {
		return fmt.Errorf("keep rows on disk: %w", err)
	}
	return nil
}

// all reads the rows. Nothing may be added meanwhile.
func (s *spool) all() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		r, err := s.reader()
		if err != nil {
			yield(Row{}, err)
			return
		}
		d := json.NewDecoder(r)
		for {
			var row Row
			err := d.Decode(&row)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Row{}, fmt.Errorf("read rows: %w", err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// reader reads everything from the beginning.
func (s *spool) reader() (io.Reader, error) {
	memory := bytes.NewReader(s.memory.Bytes())
	if s.file == nil {
		return memory, nil
	}
	if err := s.w.Flush(); err != nil {
		return nil, fmt.Errorf("keep rows on disk: %w", err)
	}
	const endless = 1<<63 - 1
	return io.MultiReader(memory, bufio.NewReader(io.NewSectionReader(s.file, 0, endless))), nil
}

// close removes the file.
func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	name := s.file.Name()
	err := errors.Join(s.file.Close(), os.Remove(name))
	s.file = nil
	return err
}
