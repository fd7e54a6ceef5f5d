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
	// memoryEvery is how often the limit is looked at.
	memoryEvery = time.Second
)

// holdMemory lets a run or a server use a little memory freely, and from there on keeps
// garbage to a quarter of what is in use, until stop is called. Otherwise a run with
// tens of thousands of conversations in progress would hold twice what it needs. GOGC and
// GOMEMLIMIT in the environment take precedence.
func holdMemory() (stop func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	percent := debug.SetGCPercent(garbagePercent)
	limit := debug.SetMemoryLimit(smallMemory)
	rest := every(memoryEvery, func() { debug.SetMemoryLimit(memoryLimit(memoryInUse())) })
	return func() {
		rest()
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// memoryLimit is how much memory there may be when so much is in use. It leaves so
// much room that the collector never runs all the time.
func memoryLimit(inUse uint64) int64 { return max(smallMemory, int64(inUse/4*5)) }

// memoryInUse is what the latest collection has left, and the stacks.
func memoryInUse() uint64 {
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() + samples[1].Value.Uint64()
}
