package main

import (
	"path/filepath"
	"syscall"
	"testing"
)

// A disk that is full, and one that cannot be written, are named beforehand.
func TestDoctorOfDisks(t *testing.T) {
	examineDisk := func(t *testing.T, disk string) string {
		t.Helper()
		exit, said := examinedBy(t, "--source", "../../testdata/snapshots/tiny", "--dest", "local:"+filepath.Join(disk, "out"), "--state", filepath.Join(disk, "run.db"))
		if exit != exitError {
			t.Errorf("exit code %d, want %d", exit, exitError)
		}
		return said
	}
	t.Run("full", func(t *testing.T) {
		disk := smallDisk(t)
		weigh(t, filepath.Join(disk, "ballast"), 0)
		said := examineDisk(t, disk)
		checkSaid(t, said, verdictFail, "ledger", "no space left on device", "free space on the disk")
		checkSaid(t, said, verdictFail, "disk", "0 B free at "+disk, "make room")
		checkSaid(t, said, verdictFail, "embedded acs", "no space left on device", "free space on the disk")
	})
	t.Run("read-only", func(t *testing.T) {
		disk := smallDisk(t)
		if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		said := examineDisk(t, disk)
		checkSaid(t, said, verdictFail, "ledger", "read-only file system", "name a ledger in a folder of your own with --state")
		checkSaid(t, said, verdictFail, "embedded acs", "read-only file system", "can be written, or name another directory")
	})
}
