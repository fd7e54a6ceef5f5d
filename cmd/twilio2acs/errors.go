package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// usageError is a command line that cannot be meant.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// Hint is the remedy.
func (e *usageError) Hint() string { return e.hint }

// usagef makes a usageError with a hint.
func usagef(hint, format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...), hint}
}

// hintedError is an error with another remedy than its own.
type hintedError struct {
	error
	hint string
}

func (e *hintedError) Unwrap() error { return e.error }

// Hint is the remedy.
func (e *hintedError) Hint() string { return e.hint }

func withHint(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &hintedError{err, hint}
}

// hintOf is the first remedy that the chain of err knows, the outermost first.
func hintOf(err error) string {
	if h, ok := err.(interface{ Hint() string }); ok && h.Hint() != "" {
		return h.Hint()
	}
	switch e := err.(type) { //nolint:errorlint // this is the walk along the chain
	case interface{ Unwrap() error }:
		return hintOf(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if hint := hintOf(inner); hint != "" {
				return hint
			}
		}
	}
	return ""
}

// remedy is what can be done about err, empty where nothing is known. A full disk
// is the same thing to do wherever it shows, but for temporary files, which need not be
// on it.
func remedy(err error) string {
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) || errors.As(err, new(*twiliosrc.SpoolError)) {
		return hintOf(err)
	}
	where := "the disk"
	var file *fs.PathError
	if errors.As(err, &file) && filepath.IsAbs(file.Path) {
		where += " of " + filepath.Dir(file.Path)
	}
	return "free space on " + where + "; then the same command goes on, and what was noted is kept"
}

// printError tells a person about err: what went wrong, and what can be done.
func printError(w io.Writer, color painter, err error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v\n", color.paint(red, "error:"), err)
	if hint := remedy(err); hint != "" {
		fmt.Fprintf(&b, "%s %s\n", color.paint(bold, "hint:"), hint)
	}
	_, _ = io.WriteString(w, b.String()) // there is nowhere left to say that this failed
}

// reportedError is an error that the result of its command tells of already.
type reportedError struct{ error }

func (e *reportedError) Unwrap() error { return e.error }

// silent reports whether err is only an exit code.
func silent(err error) bool {
	var status exitStatus
	return errors.As(err, &status)
}
