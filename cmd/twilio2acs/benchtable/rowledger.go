package main

import (
	"context"
	"fmt"
	"os"
)

var (
	ledgerTimeRow = row{name: "ledger-time", what: "ledger, limits off, from a snapshot", goal: "≤ 5 % of the CPU time of a run", measure: measureLedgerTime}
	ledgerSizeRow = row{name: "ledger-size", what: "ledger of 500 conversations × 100 messages", goal: "file < 120 bytes a message", measure: measureLedgerSize}
)

func measureLedgerSize(ctx context.Context, b *bench) (finding, error) {
	work := even(b.scaled(500, 100), 100)
	s, err := b.stage(work, snapshot, "--limits", "off")
	if err != nil {
		return finding{}, err
	}
	defer s.close()
	if _, err := s.run(ctx, "--limits", "off"); err != nil {
		return finding{}, err
	}
	file, err := os.Stat(s.path("twilio2acs.db"))
	if err != nil {
		return finding{}, err
	}
	each := float64(file.Size()) / float64(work.messages())
	return finding{fmt.Sprintf("%.0f bytes", each), each < 120}, nil
}

// measureLedgerTime profiles a run from its beginning to its end.
func measureLedgerTime(ctx context.Context, b *bench) (finding, error) {
	s, err := b.stage(even(b.scaled(3000, 250), 100), snapshot, "--limits", "off")
	if err != nil {
		return finding{}, err
	}
	defer s.close()
	share, err := s.profiled(ctx, "twilio2acs/checkpoint", "--limits", "off")
	if err != nil {
		return finding{}, err
	}
	return finding{fmt.Sprintf("%.1f %%", 100*share), share <= 0.05}, nil
}
