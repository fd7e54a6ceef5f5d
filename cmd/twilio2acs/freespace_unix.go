//go:build unix

package main

import "golang.org/x/sys/unix"

// freeSpace is how many bytes this user may still write in the file system of dir.
func freeSpace(dir string) (uint64, error) {
	var disk unix.Statfs_t
	if err := unix.Statfs(dir, &disk); err != nil {
		return 0, err
	}
	return uint64(max(0, int64(disk.Bavail))) * uint64(disk.Bsize), nil
}
