package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// bench is where and in which size rows are measured.
type bench struct {
	dir       string
	temporary bool
	program   string
	scale     float64
	runs      int // so far, to name folders
}

// newBench builds the program.
func newBench(ctx context.Context, dir string, scale float64) (*bench, error) {
	b := &bench{dir: dir, scale: scale, temporary: dir == ""}
	var err error
	if b.temporary {
		b.dir, err = os.MkdirTemp("", "benchtable-")
	} else {
		b.dir, err = emptyFolder(dir)
	}
	if err != nil {
		return nil, err
	}
	b.program = filepath.Join(b.dir, "twilio2acs")
	build := exec.CommandContext(ctx, "go", "build", "-o", b.program, "github.com/twilio2acs/twilio2acs/cmd/twilio2acs") //nolint:gosec // a folder of our own
	if out, err := build.CombinedOutput(); err != nil {
		b.close()
		return nil, fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return b, nil
}

// emptyFolder makes a folder, where there may be an empty one, and says its full name.
func emptyFolder(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	if len(entries) > 0 {
		return "", fmt.Errorf("-dir %s is not empty", dir)
	}
	return filepath.Abs(dir)
}

// close removes what is temporary.
func (b *bench) close() {
	if b.temporary {
		_ = os.RemoveAll(b.dir) // what is left is in the folder for temporary files
	}
}

// place is a new folder for one measurement, and done removes it again: workloads
// are large.
func (b *bench) place() (dir string, done func(), err error) {
	b.runs++
	dir = filepath.Join(b.dir, "run-"+strconv.Itoa(b.runs))
	done = func() {
		if b.temporary {
			_ = os.RemoveAll(dir) // so does close
		}
	}
	return dir, done, os.MkdirAll(dir, 0o700)
}

// scaled is n in the size of this bench, at least least.
func (b *bench) scaled(n, least int) int { return max(least, int(float64(n)*b.scale)) }
