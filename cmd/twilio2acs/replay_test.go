package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A replay that is asked to stop leaves neither its own files nor half of the golden
// ones behind.
func TestReplayInterrupted(t *testing.T) {
	for name, update := range map[string]bool{"comparing": false, "updating": true} {
		t.Run(name, func(t *testing.T) {
			rooms, golden := t.TempDir(), t.TempDir()
			t.Setenv("TMPDIR", rooms)
			if err := os.CopyFS(golden, os.DirFS("../../testdata/golden/tiny")); err != nil {
				t.Fatal(err)
			}
			before := listing(t, golden)
			ctx, cancel := context.WithCancelCause(t.Context())
			log := &lookout{text: "message", seen: func() { cancel(&interruptedError{syscall.SIGINT}) }}
			s := &streams{in: strings.NewReader(""), out: &resultWriter{w: new(strings.Builder)}, err: &console{w: log}}
			root := newRoot(s)
			args := []string{"replay", "../../testdata/snapshots/tiny", "--golden", golden, "--addresses", "keep", "--verbose"}
			if update {
				args = append(args, "--update")
			}
			root.SetArgs(args)
			err := root.ExecuteContext(ctx)
			var interrupted *interruptedError
			if !errors.As(err, &interrupted) || exitCode(err) != exitInterrupted {
				t.Errorf("got %v", err)
			}
			if left := listing(t, rooms); left != "" {
				t.Errorf("left behind: %s", left)
			}
			if after := listing(t, golden); after != before {
				t.Errorf("golden files before:\n%safter:\n%s", before, after)
			}
		})
	}
}

// lookout waits for a text among what is written.
type lookout struct {
	text string
	seen func()
}

func (l *lookout) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(l.text)) {
		l.seen()
	}
	return len(p), nil
}

// listing is what is in a directory, with everything below it.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if path != dir {
			b.WriteString(path + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Golden files that cannot be written to are good enough to compare with.
func TestReplayReadOnly(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("SKIPPED: nothing is forbidden to root")
	}
	golden := filepath.Join(t.TempDir(), "golden")
	if err := os.CopyFS(golden, os.DirFS("../../testdata/golden/tiny")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(golden, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(golden, 0o700) }) // to be removed
	replay := []string{"replay", "../../testdata/snapshots/tiny", "--golden", golden}
	if exit, told := executed(replay...); exit != exitDone {
		t.Errorf("comparing: exit code %d, %s", exit, told)
	}
	exit, told := executed(append(replay, "--update")...)
	if exit != exitError || !strings.Contains(told, "permission denied\nhint: check that "+golden+" can be written") {
		t.Errorf("updating: exit code %d, %s", exit, told)
	}
}

// The workflow that README shows works.
func TestReplayWorkflow(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, workflow, _ := strings.Cut(string(readme), "```yaml\n")
	workflow, _, _ = strings.Cut(workflow, "```")
	_, command, found := strings.Cut(workflow, "run: go run github.com/twilio2acs/twilio2acs/cmd/twilio2acs@latest ")
	if !found || strings.Count(workflow, "\n") > 10 {
		t.Fatalf("README shows no short workflow:\n%s", workflow)
	}
	dir := t.TempDir()
	for name, from := range map[string]string{"snapshot": "snapshots", "golden": "golden"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join("../../testdata", from, "tiny"))); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	if exit, told := executed(strings.Fields(command)...); exit != exitDone {
		t.Errorf("as it is: exit code %d, %s", exit, told)
	}
	if err := os.Remove("golden/users.json"); err != nil {
		t.Fatal(err)
	}
	if exit, told := executed(strings.Fields(command)...); exit != exitMismatch {
		t.Errorf("with a difference: exit code %d, %s", exit, told)
	}
}
