//go:build !race

package migrate_test

// exploredFaults is how many faults a history has at most.
const exploredFaults = 2
