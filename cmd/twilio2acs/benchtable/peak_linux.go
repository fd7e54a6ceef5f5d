package main

import (
	"os"
	"runtime/debug"
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

// forgetPeak makes this process small, and as if it had always been: a process that it
// starts begins with its memory, and counts the peak of that as its own (proc(5),
// clear_refs).
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600) // without it peaks are too large, never too small
}
