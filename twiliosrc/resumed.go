package twiliosrc

import (
	"errors"
	"io"
)

// maxResumes is how often a download is gone on with after it broke off.
const maxResumes = 10

// resumed is a file on its way that goes on after an interruption. Files are
// immutable, so that the bytes behind an offset are always the same.
type resumed struct {
	*download
	open    func(offset int64) (*download, error)
	resumes int
}

// Read reads on, from a new download if need be.
func (r *resumed) Read(p []byte) (int, error) {
	n, err := r.download.Read(p)
	var size *MediaSizeError
	if n > 0 || !errors.As(err, &size) || size.Got >= size.Want {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = nil // what came is good; the next call goes on
		}
		return n, err
	}
	return r.resume(p, size)
}

// resume opens the file again where it broke off.
func (r *resumed) resume(p []byte, broken *MediaSizeError) (int, error) {
	offset := r.got
	if err := r.download.Close(); err != nil {
		return 0, err
	}
	if r.resumes == maxResumes {
		return 0, broken
	}
	r.resumes++
	d, err := r.open(offset)
	if err != nil {
		return 0, err
	}
	r.download = d
	return r.Read(p)
}
