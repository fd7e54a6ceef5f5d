package twiliosrc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

const (
	// maxLine bounds one line of a snapshot. The largest resource Twilio
	// returns is a message of 32 KB text and 4 KB attributes, whose characters
	// may take six bytes each when escaped.
	maxLine = 16 << 20
	// readSize is what a listing holds while it is read: a few messages, since thousands
	// may be read at once.
	readSize = 2 << 10
	// scanSize is what the pass over a whole file holds.
	scanSize = 1 << 20
)

// errLongLine is the error of a line above maxLine.
var errLongLine = fmt.Errorf("line is longer than %d MB", maxLine>>20)

var byteOrderMark = []byte("\xef\xbb\xbf")

// line is one line of a file that is not blank.
type line struct {
	text       []byte // without its end; valid until the next line is read
	number     int64  // from 1; 0 when reading backward
	start, end int64  // offsets of this line and of the next one
	err        error  // errLongLine: text is only the beginning of it
}

// lineReader reads the lines of a stretch of a file in order.
type lineReader struct {
	file   io.ReaderAt
	buf    *bufio.Reader // nil while it rests
	spill  []byte        // holds a line that does not fit buf
	offset int64
	end    int64
	number int64
}

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, readSize) }}

// readLines reads the lines of r from f through a pooled buffer, which rest gives
// back.
func readLines(f io.ReaderAt, r stretch) lineReader {
	return lineReader{file: f, offset: r.start, end: r.end, number: r.line - 1}
}

// rest gives the buffer back. The next line is read anew.
func (r *lineReader) rest() {
	if r.buf != nil {
		r.buf.Reset(nil)
		readers.Put(r.buf)
		r.buf, r.spill = nil, nil
	}
}

// next returns the next line that is not blank, or io.EOF.
func (r *lineReader) next() (line, error) {
	if r.buf == nil {
		r.buf = readers.Get().(*bufio.Reader)
		r.buf.Reset(io.NewSectionReader(r.file, r.offset, r.end-r.offset))
	}
	for {
		l := line{start: r.offset, number: r.number + 1}
		err := r.read(&l)
		if err != nil && !errors.Is(err, io.EOF) {
			return line{}, err
		}
		if r.offset == l.start {
			return line{}, io.EOF
		}
		r.number++
		l.end = r.offset
		l.text = trimLine(l.text, l.start)
		if len(l.text) > 0 {
			return l, nil
		}
	}
}

// read fills l with the bytes up to and with the next newline.
func (r *lineReader) read(l *line) error {
	piece, err := r.buf.ReadSlice('\n')
	r.offset += int64(len(piece))
	if !errors.Is(err, bufio.ErrBufferFull) {
		l.text = piece
		return err
	}
	r.spill = append(r.spill[:0], piece...)
	for errors.Is(err, bufio.ErrBufferFull) {
		piece, err = r.buf.ReadSlice('\n')
		r.offset += int64(len(piece))
		if len(r.spill)+len(piece) > maxLine {
			l.err = errLongLine
			continue
		}
		r.spill = append(r.spill, piece...)
	}
	l.text = r.spill
	return err
}

// trimLine takes the end of the line off text, and the byte order mark that
// some editors put at the start of a file.
func trimLine(text []byte, start int64) []byte {
	if start == 0 {
		text = bytes.TrimPrefix(text, byteOrderMark)
	}
	return bytes.Trim(text, " \t\r\n")
}

// lineBefore reads the last line of r that is not blank, through buf, which it
// returns grown for the next call. At the start of r the error is io.EOF.
func lineBefore(f io.ReaderAt, r stretch, buf []byte) (line, []byte, error) {
	end, size := r.end, int64(readSize)
	for end > r.start {
		start := max(r.start, end-size)
		buf = slices.Grow(buf[:0], int(end-start))[:end-start]
		if _, err := f.ReadAt(buf, start); err != nil && !errors.Is(err, io.EOF) {
			return line{}, buf, err
		}
		newline := bytes.LastIndexByte(buf[:len(buf)-1], '\n')
		if newline < 0 && start > r.start {
			if size *= 4; size > maxLine {
				return line{}, buf, errLongLine
			}
			continue
		}
		l := line{start: start + int64(newline) + 1, end: end}
		if l.text = trimLine(buf[newline+1:], l.start); len(l.text) > 0 {
			return l, buf, nil
		}
		end, size = l.start, readSize
	}
	return line{}, buf, io.EOF
}
