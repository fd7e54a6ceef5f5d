package checkpoint_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fill runs recordUntilFull and looks at what it leaves.
func fill(t *testing.T, cmd *exec.Cmd, path string) (report string) {
	t.Helper()
	cmd.Stderr = os.Stderr
	out, _ := cmd.Output()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	report = lines[len(lines)-1]
	if !strings.HasPrefix(report, "full ") {
		t.Fatalf("the job ended with %q", report)
	}
	data, err := os.ReadFile(path)
	must(t, err)
	roomy := filepath.Join(t.TempDir(), "run.db")
	must(t, os.WriteFile(roomy, data, 0o600))
	l := open(t, roomy)
	recorded := int64(len(lines) - 1)
	if got, err := l.Progress(conversation(1)); got.Messages != recorded || err != nil {
		t.Errorf("Progress = %+v, %v; recorded %d", got, err, recorded)
	}
	must(t, l.Acknowledge(conversation(1), message(1, recorded)))
	must(t, l.CloseClean())
	return report
}

func TestDiskFull(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("SKIPPED: a full disk needs the right to mount one: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(folder, 0)) })
	path := filepath.Join(folder, "run.db")
	report := fill(t, job(t, "fill", path), path)
	if !strings.HasPrefix(report, "full true make room on the disk") {
		t.Errorf("the job reported %q", report)
	}
}

func TestFileTooLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	cmd := exec.Command("sh", "-c", `ulimit -f 1024 && exec "$0"`, os.Args[0])
	cmd.Env = append(os.Environ(), jobEnv+"=fill", ledgerEnv+"="+path)
	fill(t, cmd, path)
}
