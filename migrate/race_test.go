//go:build race

package migrate_test

// exploredFaults is how many faults a history has at most: the race detector
// makes everything slow.
const exploredFaults = 1
