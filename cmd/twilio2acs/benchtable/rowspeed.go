package main

import (
	"context"
	"fmt"
)

var bareRow = row{
	name: "bare", what: "limits off, 500 conversations × 100 messages from a snapshot, beside a bare loop of the same client",
	goal: "≥ 60 % of its rate", measure: measureBare,
}

// measureBare counts the whole process of the program, from its start to its end,
// against the sends alone of the loop.
func measureBare(ctx context.Context, b *bench) (finding, error) {
	work := even(b.scaled(500, 20), 100)
	s, err := b.stage(work, snapshot, "--limits", "off")
	if err != nil {
		return finding{}, err
	}
	defer s.close()
	before, err := bareLoop(ctx, s.acs, work)
	if err != nil {
		return finding{}, err
	}
	u, err := s.run(ctx, "--limits", "off")
	if err != nil {
		return finding{}, err
	}
	after, err := bareLoop(ctx, s.acs, work)
	if err != nil {
		return finding{}, err
	}
	bare := (before + after).Seconds() / 2
	share := bare / u.took.Seconds()
	rate := float64(work.messages())
	return finding{fmt.Sprintf("%.0f %% (%.0f against %.0f messages a second)", 100*share, rate/u.took.Seconds(), rate/bare), share >= 0.6}, nil
}

var nodeRow = row{
	name: "node", what: "the same from live Twilio, beside a Node script on both vendors' SDKs with 32 conversations at a time",
	goal: "≥ 4 × as fast", measure: measureNode,
}

// measureNode gives each an ACS of its own, and counts whole processes.
func measureNode(ctx context.Context, b *bench) (finding, error) {
	script, err := nodeScript()
	if err != nil {
		return finding{}, err
	}
	s, err := b.stage(even(b.scaled(500, 64), 100), live, "--limits", "off")
	if err != nil {
		return finding{}, err
	}
	defer s.close()
	u, err := s.run(ctx, "--limits", "off")
	if err != nil {
		return finding{}, err
	}
	node, err := script.run(ctx, s)
	if err != nil {
		return finding{}, err
	}
	times := node.took.Seconds() / u.took.Seconds()
	return finding{fmt.Sprintf("%.1f × (%.1f s against %.1f s)", times, u.took.Seconds(), node.took.Seconds()), times >= 4}, nil
}
