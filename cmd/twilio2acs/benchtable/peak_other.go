//go:build !linux

package main

import "os"

// peakMemory is 0: each system counts in a way of its own, and rows that need it are
// measured on Linux alone.
func peakMemory(*os.ProcessState) int64 { return 0 }

func forgetPeak() {}
