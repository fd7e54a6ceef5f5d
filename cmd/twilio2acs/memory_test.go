package main

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	for inUse, want := range map[uint64]int64{0: smallMemory, 100 << 20: smallMemory, 400 << 20: 500 << 20} {
		if got := memoryLimit(inUse); got != want {
			t.Errorf("memoryLimit(%d) = %d, want %d", inUse, got, want)
		}
	}
	if memoryInUse() == 0 {
		t.Error("nothing is in use")
	}
}

// What a run sets is as it was when it ends, and who knows better is left alone.
func TestHoldMemory(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	stop := holdMemory()
	if got := debug.SetMemoryLimit(-1); got != smallMemory {
		t.Errorf("limit %d, want %d", got, smallMemory)
	}
	stop()
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("limit %d afterwards, want %d", got, int64(math.MaxInt64))
	}
	t.Setenv("GOMEMLIMIT", "1GiB")
	holdMemory()()
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("limit %d in spite of GOMEMLIMIT", got)
	}
}
