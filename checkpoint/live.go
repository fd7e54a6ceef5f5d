package checkpoint

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// askEvery is how often a reader looks whether it has been answered, or the run
// has ended.
const askEvery = 100 * time.Millisecond

// OpenLive is OpenReader for a ledger that a run may be writing to: then it asks
// the run for a copy, see [Ledger.AnswerReaders], and reads that. As of when it
// is, [Reader.Restored] tells. The run is waited for until ctx is done; when the
// time is up, the error is a *LockedError.
func OpenLive(ctx context.Context, path string, opts *Options) (*Reader, error) {
	r, err := OpenReader(path, opts)
	if !isLocked(err) {
		return r, err
	}
	question, err := os.CreateTemp(filepath.Dir(path), questionPrefix(path)+"*")
	if err != nil {
		return nil, fileError("open", path, err)
	}
	defer func() { _ = os.Remove(question.Name()) }() // what is open stays until it is closed
	if err := question.Close(); err != nil {
		return nil, fileError("open", path, err)
	}
	for {
		if info, err := os.Stat(question.Name()); err == nil && info.Size() > 0 {
			return openAnswer(question.Name(), path)
		}
		r, err := OpenReader(path, &Options{LockTimeout: askEvery})
		switch cause := context.Cause(ctx); {
		case !isLocked(err):
			return r, err
		case errors.Is(cause, context.DeadlineExceeded):
			return nil, err
		case cause != nil:
			return nil, cause
		}
	}
}

func isLocked(err error) bool {
	var locked *LockedError
	return errors.As(err, &locked)
}

// openAnswer opens the copy that a run has made of the ledger at path.
func openAnswer(name, path string) (*Reader, error) {
	r, err := OpenReader(name, nil)
	if err == nil {
		r.path = path
	}
	return r, err
}

// AnswerReaders makes a copy of the ledger for everybody who is waiting for one
// in OpenLive. A run calls it every few seconds; while nobody waits it only looks
// into the folder. Its error concerns those who wait, unless later calls fail too.
func (l *Ledger) AnswerReaders(ctx context.Context) error {
	questions, err := l.questions()
	if err != nil || len(questions) == 0 {
		return err
	}
	if err := l.Flush(); err != nil {
		return err
	}
	for _, question := range questions {
		if err := l.answer(ctx, question); err != nil {
			return err
		}
	}
	return nil
}

// answer puts a copy in the place of a question, unless that has been taken back.
func (l *Ledger) answer(ctx context.Context, question string) error {
	name, err := l.writeCopy(ctx, filepath.Dir(question))
	if err != nil {
		return err
	}
	if _, err = os.Stat(question); err == nil {
		err = os.Rename(name, question)
	}
	if err != nil {
		_ = os.Remove(name)
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fileError("copy", l.path, err)
	}
	return nil
}

// questionPrefix begins the names of the files that ask for a copy of the ledger
// at path. They are empty until they are answered.
func questionPrefix(path string) string { return "." + filepath.Base(path) + ".copy-" }

// questions lists the files that ask for a copy and have not been answered.
func (l *Ledger) questions() ([]string, error) {
	folder := filepath.Dir(l.path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fileError("copy", l.path, err)
	}
	var names []string
	for _, e := range entries {
		if !isNumbered(e.Name(), questionPrefix(l.path)) || !e.Type().IsRegular() {
			continue
		}
		if info, err := e.Info(); err == nil && info.Size() == 0 {
			names = append(names, filepath.Join(folder, e.Name()))
		}
	}
	return names, nil
}
