package main

import (
	"os"
	"syscall"
)

// peakMemory is the most memory a process has had at once, in bytes. Linux counts it
// in kilobytes.
func peakMemory(s *os.ProcessState) int64 {
	if r, ok := s.SysUsage().(*syscall.Rusage); ok {
		return int64(r.Maxrss) << 10 //nolint:unconvert // 32 bits on some machines
	}
	return 0
}
