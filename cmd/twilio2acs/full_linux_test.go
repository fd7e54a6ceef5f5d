package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
)

// A disk that is full ends a run at once and says what to do; what was noted is
// kept, and with room on the disk the same command goes on to the end.
func TestFullDisk(t *testing.T) {
	const contoso = "../../testdata/snapshots/contoso"
	for _, tt := range []struct {
		name string
		room int // in KiB: what is there before that does not fit
		full string
	}{
		{"of the files", 16, "media"},
		{"of the embedded ACS", 300, "acs"},
		{"of the ledger", 48, "state"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			at := map[string]string{"media": dir, "acs": dir, "state": dir}
			at[tt.full] = smallDisk(t)
			ballast := filepath.Join(at[tt.full], "ballast")
			weigh(t, ballast, tt.room)
			command := []string{
				"run", "--source", contoso, "--dest", "local:" + filepath.Join(at["acs"], "out"),
				"--media", "local:" + filepath.Join(at["media"], "files"), "--state", filepath.Join(at["state"], "run.db"),
			}
			exit, told := executed(command...)
			if exit != exitError || !strings.Contains(told, "no space left on device") || !strings.Contains(told, "\nhint: free space on the disk") {
				t.Errorf("with a full disk: exit code %d, %s", exit, told)
			}
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			if exit, told := executed(command...); exit != exitDone {
				t.Errorf("with room: exit code %d, %s", exit, told)
			}
			command[0] = "verify"
			if exit, told := executed(command...); exit != exitDone {
				t.Errorf("verify: exit code %d, %s", exit, told)
			}
		})
	}
}

// So does a disk that is too full for the messages that wait for their turn, and the
// error names the folder, which can be another one.
func TestFullDiskOfSpool(t *testing.T) {
	snap, err := twiliosrc.OpenSnapshot(t.Context(), "../../testdata/snapshots/contoso", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	server := fixtureserver.New(snap, nil)
	defer server.Close()
	at, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	account, _ := snap.Account()
	t.Setenv("TWILIO_ACCOUNT_SID", string(account))
	t.Setenv("TWILIO_AUTH_TOKEN", "anything")
	dir, spool := t.TempDir(), smallDisk(t)
	t.Setenv("TMPDIR", spool)
	ballast := filepath.Join(spool, "ballast")
	weigh(t, ballast, 0)
	command := []string{
		"run", "--source", "twilio", "--twilio-url", at.URL, "--mcs-url", at.MCSURL,
		"--dest", "local:" + filepath.Join(dir, "out"), "--state", filepath.Join(dir, "run.db"),
	}
	exit, told := executed(command...)
	if exit != exitError || !strings.Contains(told, "write spool of messages in "+spool+": no space left on device") ||
		!strings.Contains(told, "\nhint: free space on the disk, or name another folder for temporary files with TMPDIR") {
		t.Errorf("with a full disk: exit code %d, %s", exit, told)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if exit, told := executed(command...); exit != exitDone {
		t.Errorf("with room: exit code %d, %s", exit, told)
	}
}

// smallDisk is a directory with a few MiB of room.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("SKIPPED: a full disk needs the right to mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// weigh writes a file that leaves so many KiB of its disk free.
func weigh(t *testing.T, path string, free int) {
	t.Helper()
	var disk syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &disk); err != nil {
		t.Fatal(err)
	}
	size := int64(disk.Bavail)*disk.Bsize - int64(free)<<10
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Golden files are written all or not at all.
func TestFullDiskOfGoldenFiles(t *testing.T) {
	disk := smallDisk(t)
	golden, ballast := filepath.Join(disk, "golden"), filepath.Join(disk, "ballast")
	command := []string{"replay", "../../testdata/snapshots/tiny", "--golden", golden, "--update"}
	if exit, told := executed(command...); exit != exitDone {
		t.Fatalf("with room: exit code %d, %s", exit, told)
	}
	before := listing(t, golden)
	weigh(t, ballast, 4)
	command = append(command, "--addresses", "keep")
	exit, told := executed(command...)
	if exit != exitError || !strings.Contains(told, "no space left on device") || !strings.Contains(told, "\nhint: free space on the disk") {
		t.Errorf("with a full disk: exit code %d, %s", exit, told)
	}
	if after := listing(t, golden); after != before {
		t.Errorf("golden files before:\n%safter:\n%s", before, after)
	}
	if exit, told := executed("replay", "../../testdata/snapshots/tiny", "--golden", golden); exit != exitDone {
		t.Errorf("comparing with those from before: exit code %d, %s", exit, told)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if exit, told := executed(command...); exit != exitDone {
		t.Errorf("with room again: exit code %d, %s", exit, told)
	}
}
