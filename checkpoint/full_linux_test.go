package checkpoint_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
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

// smallDisk is a folder with a disk of its own.
func smallDisk(t *testing.T, size string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("SKIPPED: a full disk needs the right to mount one: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(folder, 0)) })
	return folder
}

// fillDisk takes all room but for some pages, and gives it back.
func fillDisk(t *testing.T, folder string, pages int) (free func()) {
	t.Helper()
	path := filepath.Join(folder, "filler")
	f, err := os.Create(path)
	must(t, err)
	size := int64(0)
	for page := make([]byte, 4096); err == nil; size += 4096 {
		_, err = f.Write(page)
	}
	must(t, f.Truncate(max(0, size-4096*int64(1+pages))))
	must(t, f.Close())
	return func() { must(t, os.Remove(path)) }
}

func wantFull(t *testing.T, err error, op, path string) {
	t.Helper()
	failed := wantError[*checkpoint.FileError](t, err, op+" checkpoint "+path+": no space left on device")
	if !strings.HasPrefix(failed.Hint(), "make room on the disk") {
		t.Errorf("the hint is %q", failed.Hint())
	}
}

// A disk too full for a copy leaves the ledger as it is, and the run going on.
func TestBackupDiskFull(t *testing.T) {
	folder := smallDisk(t, "512k")
	path := filepath.Join(folder, "run.db")
	l := open(t, path)
	must(t, recordAll(l, 1, 500))
	free := fillDisk(t, folder, 8)
	wantFull(t, l.Backup(t.Context(), io.Discard), "copy", path)
	wantFull(t, l.Copy(t.Context(), path+".bak"), "copy", path)
	wantFiles(t, folder, "filler", "run.db")
	free()
	must(t, recordAll(l, 2, 3))
	must(t, l.CloseClean())
}

func TestUpgradeDiskFull(t *testing.T) {
	folder := smallDisk(t, "512k")
	path := filepath.Join(folder, "run.db")
	data := firstSchema(t)
	must(t, os.WriteFile(path, data, 0o600))
	free := fillDisk(t, folder, 8)
	_, err := checkpoint.Open(path, firstBinding(), nil)
	wantFull(t, err, "write", path)
	wantFiles(t, folder, "filler", "run.db")
	wantContent(t, path, data)
	free()
	l, err := checkpoint.Open(path, firstBinding(), nil)
	must(t, err)
	must(t, l.Close())
}

func TestDiskFull(t *testing.T) {
	folder := smallDisk(t, "1m")
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
