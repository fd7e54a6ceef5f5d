package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

var (
	againLiveRow = row{
		name: "again-live", what: "`run --canary never` again with nothing changed, 10,000 conversations of live Twilio",
		goal: "about 2 requests a conversation to Twilio, none to ACS", measure: measureAgainLive,
	}
	againSnapshotRow = row{
		name: "again-snapshot", what: "the same from a snapshot, beside plainly decoding it",
		goal: "≤ 2 × as long", measure: measureAgainSnapshot,
	}
)

// The lists of conversations, users and the like are requests, too: a few for every
// hundred conversations.
const mostRequests = 2.1

func measureAgainLive(ctx context.Context, b *bench) (finding, error) {
	work := even(b.scaled(10_000, 300), 10)
	s, err := b.stage(work, live, "--limits", "off")
	if err != nil {
		return finding{}, err
	}
	defer s.close()
	if _, err := s.run(ctx, "--limits", "off"); err != nil {
		return finding{}, err
	}
	if _, err := s.run(ctx, "--limits", "off", "--canary", "never", "--log-file", s.path("again.log")); err != nil {
		return finding{}, err
	}
	j, err := readJournal(s.path("again.log"))
	if err != nil {
		return finding{}, err
	}
	each := float64(j.twilio) / float64(len(work))
	return finding{fmt.Sprintf("%.2f and %d", each, j.acs), each <= mostRequests && j.acs == 0}, nil
}

func measureAgainSnapshot(ctx context.Context, b *bench) (finding, error) {
	s, err := b.stage(even(b.scaled(10_000, 1000), 100), snapshot, "--limits", "off")
	if err != nil {
		return finding{}, err
	}
	defer s.close()
	if _, err := s.run(ctx, "--limits", "off"); err != nil {
		return finding{}, err
	}
	u, err := s.run(ctx, "--limits", "off")
	if err != nil {
		return finding{}, err
	}
	plain, err := decodeSnapshot(s.path("snapshot"))
	if err != nil {
		return finding{}, err
	}
	times := u.took.Seconds() / plain.Seconds()
	return finding{fmt.Sprintf("%.2f × (%.1f s against %.1f s)", times, u.took.Seconds(), plain.Seconds()), times <= 2}, nil
}

// decodeSnapshot decodes every line of a snapshot with encoding/json, and tells how
// long that took.
func decodeSnapshot(dir string) (time.Duration, error) {
	began := time.Now()
	err := errors.Join(
		decodeLines[mapping.Conversation](filepath.Join(dir, "conversations.jsonl")),
		decodeLines[mapping.Participant](filepath.Join(dir, "participants.jsonl")),
		decodeLines[mapping.Message](filepath.Join(dir, "messages.jsonl")),
	)
	return time.Since(began), err
}

func decodeLines[T any](path string) error {
	return eachLine(path, func(line []byte) error {
		var v T
		return json.Unmarshal(line, &v)
	})
}

// eachLine hands every line of a file to do.
func eachLine(path string, do func([]byte) error) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := do(lines.Bytes()); err != nil {
			return err
		}
	}
	return lines.Err()
}
