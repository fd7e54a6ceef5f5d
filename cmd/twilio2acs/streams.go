package main

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// streams are what a command talks to: results go to out and nothing else does,
// people's text, progress and logs go to err.
type streams struct {
	in  io.Reader
	out *resultWriter
	err *console

	// prompts says that somebody sits there who can be asked.
	prompts bool
	// color says whether results may be coloured.
	color bool
}

// systemStreams are those of the process. A reader of stdout or stderr that goes
// away must not end a run in the middle, so SIGPIPE is turned into an error.
func systemStreams() *streams {
	signal.Ignore(syscall.SIGPIPE)
	plain := os.Getenv("NO_COLOR") != "" // no-color.org
	errTerminal := isTerminal(os.Stderr)
	return &streams{
		in:      os.Stdin,
		out:     &resultWriter{w: os.Stdout},
		err:     &console{w: os.Stderr, terminal: errTerminal, color: errTerminal && !plain},
		prompts: isTerminal(os.Stdin) && errTerminal,
		color:   isTerminal(os.Stdout) && !plain,
	}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// resultWriter keeps the first error of writing a result, so that the many
// writes of a text need not be looked at one by one.
type resultWriter struct {
	w   io.Writer
	err error
}

func (r *resultWriter) Write(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.w.Write(p)
	r.err = err
	return n, err
}

// failure is why a result did not get out. A reader who has seen enough and
// closed the pipe is no failure.
func (r *resultWriter) failure() error {
	if errors.Is(r.err, syscall.EPIPE) {
		return nil
	}
	return r.err
}
