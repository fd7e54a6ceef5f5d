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
	log *logFile // nil for none

	// prompts says that somebody sits there who can be asked.
	prompts bool
	// color says whether results may be coloured.
	color bool
}

// systemStreams are those of the process. A reader of stdout or stderr that goes
// away must not end a run in the middle, so SIGPIPE is turned into an error.
func systemStreams() *streams {
	signal.Ignore(syscall.SIGPIPE)
	errTerminal := isTerminal(os.Stderr)
	plain := os.Getenv("NO_COLOR") != "" // no-color.org
	return &streams{
		in:      os.Stdin,
		out:     &resultWriter{w: os.Stdout},
		err:     &console{w: os.Stderr, terminal: errTerminal, color: !plain && showsColors(os.Stderr)},
		prompts: isTerminal(os.Stdin) && errTerminal,
		color:   !plain && showsColors(os.Stdout),
	}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// resultWriter keeps the first error of writing a result, so that the many
// writes of a text need not be looked at one by one.
type resultWriter struct {
	w   io.Writer
	err error
}

// Write writes p unless an earlier write has failed. To a reader who has seen
// enough and closed the pipe everything can be written.
func (r *resultWriter) Write(p []byte) (int, error) {
	if r.err == nil {
		_, r.err = r.w.Write(p)
	}
	return len(p), r.failure()
}

// failure is why a result did not get out.
func (r *resultWriter) failure() error {
	if r.closed() {
		return nil
	}
	return r.err
}

// closed reports whether nobody reads the result any more.
func (r *resultWriter) closed() bool { return errors.Is(r.err, syscall.EPIPE) }
