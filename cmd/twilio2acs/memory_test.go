package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	for use, want := range map[memoryUse]int64{
		{}:                   smallMemory,
		{100 << 20, 0}:       smallMemory,
		{300 << 20, 0}:       350 << 20,
		{300 << 20, 1 << 20}: 351 << 20,
	} {
		if got := use.limit(); got != want {
			t.Errorf("limit of %+v is %d, want %d", use, got, want)
		}
	}
	runtime.GC()
	if use := readMemoryUse(); use.inUse == 0 || use.overhead == 0 || use.inUse+use.overhead > 1<<40 {
		t.Errorf("in use is %+v", use)
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
