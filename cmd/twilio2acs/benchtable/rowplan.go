package main

import (
	"context"
	"fmt"
)

// planRow is measured before a first run: each message is drafted, and told of in
// a file.
var planRow = row{
	name: "plan", what: "`plan --details` of 1,000,000 messages in 10,000 conversations from a snapshot, beside plainly decoding it",
	goal: "≤ 3 × as long, peak memory ≤ 300 MB", measure: measurePlan,
}

func measurePlan(ctx context.Context, b *bench) (finding, error) {
	const longest, most = 3, 300 // times as long; MB
	dir, done, err := b.place()
	if err != nil {
		return finding{}, err
	}
	defer done()
	if err := wide(b).write(dir); err != nil {
		return finding{}, err
	}
	u, err := b.do(ctx, dir, nil, "plan", "--source", ".", "--dest", "local:out", "--details", "details.jsonl", "--progress", "none")
	if err != nil {
		return finding{}, err
	}
	plain, err := decodeSnapshot(dir)
	if err != nil {
		return finding{}, err
	}
	times := u.took.Seconds() / plain.Seconds()
	value := fmt.Sprintf("%.2f × (%.1f s against %.1f s), %.0f MB", times, u.took.Seconds(), plain.Seconds(), u.megabytes())
	return finding{value, times <= longest && u.megabytes() <= most}, nil
}
