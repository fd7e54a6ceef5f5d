package checkpoint_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/checkpoint"
)

// Readers ask while a run goes on, and each gets what was recorded by then.
func TestOpenLive(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "run.db")
	l := open(t, path)
	must(t, recordAll(l, 1, 3))
	must(t, l.AnswerReaders(t.Context())) // nobody asks
	must(t, l.Acknowledge(conversation(1), message(1, 3)))
	want := known(t, &l.Reader, 1)

	const readers = 3
	var waiting sync.WaitGroup
	for range readers {
		waiting.Go(func() {
			r, err := checkpoint.OpenLive(t.Context(), path, &checkpoint.Options{LockTimeout: time.Millisecond})
			if err != nil {
				t.Error(err)
				return
			}
			defer r.Close()
			if got := known(t, r, 1); got != want {
				t.Errorf("the reader knows %s, want %s", got, want)
			}
			if _, ok := r.Restored(); !ok {
				t.Error("the reader does not say as of when it is")
			}
		})
	}
	done := make(chan struct{})
	go func() { waiting.Wait(); close(done) }()
	answer(t, l, done)
	wantFiles(t, folder, "run.db")
	must(t, l.CloseClean())

	r, err := checkpoint.OpenLive(t.Context(), path, nil) // nobody to ask
	must(t, err)
	defer r.Close()
	if _, ok := r.Restored(); ok {
		t.Error("a ledger read directly says that it is a copy")
	}
}

// answer answers readers until done is closed.
func answer(t *testing.T, l *checkpoint.Ledger, done <-chan struct{}) {
	t.Helper()
	for {
		select {
		case <-done:
			return
		default:
			must(t, l.AnswerReaders(t.Context()))
		}
	}
}

// A reader that waits for an answer takes the ledger itself when the run ends.
func TestOpenLiveAsTheRunEnds(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "run.db")
	l := open(t, path)
	must(t, recordAll(l, 1, 3))
	done := make(chan error, 1)
	go func() {
		r, err := checkpoint.OpenLive(t.Context(), path, &checkpoint.Options{LockTimeout: time.Millisecond})
		if err == nil {
			err = r.Close()
		}
		done <- err
	}()
	must(t, l.Close())
	must(t, <-done)
	wantFiles(t, folder, "run.db")
}

func TestOpenLiveGivesUp(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "run.db")
	open(t, path)
	short := &checkpoint.Options{LockTimeout: time.Millisecond}
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	_, err := checkpoint.OpenLive(late, path, short)
	wantError[*checkpoint.LockedError](t, err, "open checkpoint "+path+": locked by another process")
	stop := errors.New("interrupted")
	stopped, stopIt := context.WithCancelCause(t.Context())
	stopIt(stop)
	if _, err := checkpoint.OpenLive(stopped, path, short); !errors.Is(err, stop) {
		t.Errorf("OpenLive that is interrupted: %v", err)
	}
	wantFiles(t, folder, "run.db")
}

// A question that is taken back while it is answered leaves nothing behind.
func TestAnswerToNobody(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "run.db")
	l := open(t, path)
	must(t, recordMuch(l, 1))
	question := filepath.Join(folder, ".run.db.copy-1")
	must(t, os.WriteFile(question, nil, 0o600))
	must(t, os.Mkdir(filepath.Join(folder, ".run.db.copy-2"), 0o700)) // no question
	must(t, l.AnswerReaders(t.Context()))
	r, err := checkpoint.OpenReader(question, nil)
	must(t, err)
	must(t, r.Check())
	must(t, r.Close())
	must(t, l.AnswerReaders(t.Context())) // it has been answered

	must(t, os.Remove(question))
	must(t, l.Answer(t.Context(), question))
	wantFiles(t, folder, ".run.db.copy-2", "run.db")
	must(t, l.Close())
	must(t, os.WriteFile(question, nil, 0o600))
	if err := l.AnswerReaders(t.Context()); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("AnswerReaders after Close: %v", err)
	}
}
