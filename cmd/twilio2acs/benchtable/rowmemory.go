package main

import (
	"context"
	"fmt"
)

// What is in progress costs memory: of a million messages each waits for the turn of
// its thread, by the published limits, so that next to all conversations are in progress
// when the last ones begin. One long conversation would take days by them.
var (
	wideSnapshotRow = memoryRow("memory-wide-snapshot", "1,000,000 messages in 10,000 conversations that wait for the published limits, from a snapshot", 300, snapshot, wide, paced)
	wideLiveRow     = memoryRow("memory-wide-live", "the same from live Twilio", 300, live, wide, paced)
	longSnapshotRow = memoryRow("memory-long-snapshot", "one conversation of 200,000 messages, from a snapshot", 150, snapshot, long, unlimited)
	longLiveRow     = memoryRow("memory-long-live", "the same from live Twilio", 150, live, long, unlimited)
)

// paced are the flags of both sides for limits as published; in small they pass faster.
func paced(b *bench) []string {
	if b.scale < 1 {
		return published(speed)
	}
	return published(1)
}

func unlimited(*bench) []string { return []string{"--limits", "off"} }

// wide keeps the number of conversations, which is what memory depends on, for as
// long as it can, and scales how long they are.
func wide(b *bench) workload { return even(min(10_000, b.scaled(100_000, 500)), b.scaled(100, 2)) }

func long(b *bench) workload { return even(1, b.scaled(200_000, 1000)) }

// memoryRow is a row for the peak memory of a run, in MB.
func memoryRow(name, what string, most float64, from source, work func(*bench) workload, limits func(*bench) []string) row {
	return row{name: name, what: what, goal: fmt.Sprintf("peak memory ≤ %.0f MB", most),
		measure: func(ctx context.Context, b *bench) (finding, error) {
			s, err := b.stage(work(b), from, limits(b)...)
			if err != nil {
				return finding{}, err
			}
			defer s.close()
			u, err := s.run(ctx, append(limits(b), "--inbox-order=false")...) // with ten agents it would take a quarter of an hour more
			if err != nil {
				return finding{}, err
			}
			if u.peak == 0 {
				return finding{}, fmt.Errorf("%w: memory is measured on Linux alone", errSkipped)
			}
			return finding{fmt.Sprintf("%.0f MB", u.megabytes()), u.megabytes() <= most}, nil
		}}
}
