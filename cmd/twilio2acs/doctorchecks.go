package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/dustin/go-humanize"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/doctor"
)

// examination is one visit to the doctor: what one check learns, others use.
type examination struct {
	o *doctorOptions
	s *streams

	twilio, acs *doctor.Ear // nil until something was asked there
	closers     []func() error
}

// close ends connections; nothing was written that could be lost.
func (e *examination) close() {
	for _, c := range e.closers {
		_ = c()
	}
}

// checkACS is the name of the check that a probe waits for.
const checkACS = "acs"

// checks are all of them, in the order in which a run would stumble.
func (e *examination) checks() []examined {
	checks := []examined{
		{"version", e.version}, {"ledger", e.ledger}, {"disk", e.disk},
	}
	if e.o.source.isLive() {
		checks = append(checks, examined{"twilio", e.account}, examined{"twilio media", e.mcs}, examined{"twilio load", e.load})
	} else {
		checks = append(checks, examined{"snapshot", e.snapshot})
	}
	if e.o.dest.isLocal() {
		checks = append(checks, examined{"embedded acs", e.embedded})
	} else {
		checks = append(checks, examined{checkACS, e.resource}, examined{"acs version", e.apiVersion})
	}
	return append(checks, examined{"media store", e.store}, examined{"clock", e.clock})
}

func (e *examination) version(context.Context) (string, error) {
	info, _ := debug.ReadBuildInfo() // nil without any
	v := versionOf(info)
	return fmt.Sprintf("twilio2acs %s, %s, %s", v.Version, v.Go, v.Platform), nil
}

// ledger looks whether the ledger can be written, and is nobody else's.
func (e *examination) ledger(context.Context) (string, error) {
	path := e.o.state.path
	if err := writable(filepath.Dir(path)); err != nil {
		return "", withHint(err, "name a ledger in a folder of your own with --state")
	}
	if !fileExists(path) {
		return path + ": to be made by the first run", nil
	}
	r, err := e.o.state.readExisting()
	if err != nil {
		return "", err
	}
	defer r.Close()
	b := r.Binding()
	counts, err := r.Counts()
	if err != nil {
		return "", err
	}
	if b.Machine != "" && b.Machine != machine() {
		return "", warning{withHint(fmt.Errorf("%s was written on another machine, %s", path, b.Machine), "go on there, or take it over with --adopt-state")}
	}
	return fmt.Sprintf("%s: %s to %s, %s carried", path, b.Account, b.Resource, plural(counts.Messages, "message", "messages")), nil
}

func fileExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// writable makes a file in dir and removes it again.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".twilio2acs-doctor-*")
	if err != nil {
		return fmt.Errorf("write in %s: %w", dir, errors.Unwrap(err))
	}
	_, err = f.WriteString("can be written\n")
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
}

// Below these a run of any size may end for want of space. A ledger takes some 62
// bytes a message, a page of messages that waits a few hundred.
const (
	littleSpace = 1 << 30
	noSpace     = 64 << 20
)

func (e *examination) disk(context.Context) (string, error) {
	dir := filepath.Dir(e.o.state.path)
	free, err := freeSpace(dir)
	if err != nil {
		return "", warning{fmt.Errorf("ask for free space at %s: %w", dir, err)}
	}
	return space(free, dir)
}

// space is what so many free bytes at dir are good for.
func space(free uint64, dir string) (string, error) {
	what := fmt.Errorf("%s free at %s", humanize.IBytes(free), dir)
	switch {
	case free < noSpace:
		return "", withHint(what, "make room, or name a ledger elsewhere with --state")
	case free < littleSpace:
		return "", warning{withHint(what, "ten million messages need about 1 GiB; make room, or name a ledger elsewhere with --state")}
	}
	return what.Error(), nil
}
