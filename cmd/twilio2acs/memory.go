package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// smallMemory is what a command may use without being careful: a small machine has
	// as much to spare.
	smallMemory = 160 << 20
	// garbagePercent is how much garbage may pile up below that, compared with what
	// is in use: a quarter of the collections that Go's own choice, 100, takes.
	garbagePercent = 400
	// garbageShare is what part of what is in use may be garbage above it.
	garbageShare = 6
	// memoryEvery is how often the limit is looked at.
	memoryEvery = time.Second
)

// holdMemory lets a run or a server use a little memory freely, and from there on keeps
// garbage to a sixth of what is in use, until stop is called. Otherwise a run with
// tens of thousands of conversations in progress would hold twice what it needs. GOGC and
// GOMEMLIMIT in the environment take precedence.
func holdMemory() (stop func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	percent := debug.SetGCPercent(garbagePercent)
	limit := debug.SetMemoryLimit(smallMemory)
	rest := every(memoryEvery, func() { debug.SetMemoryLimit(readMemoryUse().limit()) })
	return func() {
		rest()
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// memoryUse is what there is that the collector cannot take away.
type memoryUse struct {
	inUse    uint64 // what the latest collection has left, and the stacks
	overhead uint64 // of the runtime, and gaps between what is in use
}

func readMemoryUse() memoryUse {
	samples := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"},
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
	}
	metrics.Read(samples)
	bytes := func(i int) uint64 { return samples[i].Value.Uint64() }
	return memoryUse{inUse: bytes(0) + bytes(1), overhead: bytes(2) - bytes(3) - bytes(4) - bytes(5) - bytes(1)}
}

// limit is how much memory there may be. It leaves so much room for garbage that the
// collector never runs all the time.
func (u memoryUse) limit() int64 {
	return max(smallMemory, int64(u.inUse+u.inUse/garbageShare+u.overhead))
}
