package killtest_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// program is the binary that people run.
type program string

// build compiles the program into a directory.
func build(t testing.TB, dir string) program {
	t.Helper()
	path := filepath.Join(dir, "twilio2acs")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "github.com/twilio2acs/twilio2acs/cmd/twilio2acs").CombinedOutput()
	if err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return program(path)
}

// A process is the program at work.
type process struct {
	cmd   *exec.Cmd
	files []*os.File
}

// start starts the program. What it prints goes to files named after name.
func (p program) start(name string, env []string, args ...string) (*process, error) {
	cmd := exec.CommandContext(context.Background(), string(p), args...)
	cmd.Env = env
	ps := &process{cmd: cmd}
	for _, stream := range []struct {
		suffix string
		set    func(*os.File)
	}{{".out", func(f *os.File) { cmd.Stdout = f }}, {".err", func(f *os.File) { cmd.Stderr = f }}} {
		f, err := os.OpenFile(name+stream.suffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			ps.close()
			return nil, err
		}
		stream.set(f)
		ps.files = append(ps.files, f)
	}
	if err := cmd.Start(); err != nil {
		ps.close()
		return nil, err
	}
	return ps, nil
}

// kill ends the process with SIGKILL. One that has ended stays so.
func (ps *process) kill() { _ = ps.cmd.Process.Kill() }

// interrupt ends the process as Ctrl-C does.
func (ps *process) interrupt() { _ = ps.cmd.Process.Signal(os.Interrupt) }

// wait waits for the end and returns the exit code, -1 of a process that was killed.
func (ps *process) wait() int {
	_ = ps.cmd.Wait() // the code says it all
	ps.close()
	return ps.cmd.ProcessState.ExitCode()
}

func (ps *process) close() {
	for _, f := range ps.files {
		_ = f.Close() // nobody writes to it any more
	}
}
