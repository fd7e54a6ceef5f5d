package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/spelling"
	"github.com/twilio2acs/twilio2acs/twiliosrc"
)

// openSnapshot opens a snapshot. Where there is none of that name, the error names the
// one that was probably meant: one beside it, or one of the words that might stand in
// its place.
func openSnapshot(ctx context.Context, dir string, opts *twiliosrc.SnapshotOptions, words ...string) (*twiliosrc.Snapshot, error) {
	snapshot, err := twiliosrc.OpenSnapshot(ctx, dir, opts)
	if !is[*twiliosrc.NotSnapshotError](err) || !errors.Is(err, fs.ErrNotExist) {
		return snapshot, err
	}
	if word := spelling.Nearest(dir, words); word != "" {
		return nil, withHint(err, "did you mean "+word+"?")
	}
	parent, name := filepath.Split(filepath.Clean(dir))
	var beside []string
	for _, d := range directories(parent) {
		if isSnapshot(d) {
			beside = append(beside, filepath.Base(d))
		}
	}
	if near := spelling.Nearest(name, beside); near != "" {
		return nil, withHint(err, "did you mean "+parent+near+"?")
	}
	return nil, err
}

// isSnapshot reports whether a directory has what every snapshot has.
func isSnapshot(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "snapshot.json"))
	return err == nil
}
