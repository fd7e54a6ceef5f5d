package report

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// GoldenUpdate writes golden files anew: all of them, or when it is not committed,
// none.
type GoldenUpdate struct {
	dir    *GoldenDir
	staged []string
	counts GoldenCounts
}

// GoldenCounts says what became of the files of a directory.
type GoldenCounts struct {
	Written   int `json:"written"`
	Unchanged int `json:"unchanged"`
	Removed   int `json:"removed"`
}

// ForeignGoldenError says that a directory for golden files holds something else.
type ForeignGoldenError struct {
	Dir   string
	Files []string
}

func (e *ForeignGoldenError) Error() string {
	shown := e.Files[:min(len(e.Files), 3)]
	names := make([]string, len(shown))
	for i, n := range shown {
		names[i] = fmt.Sprintf("%q", n)
	}
	text := strings.Join(names, ", ")
	if more := len(e.Files) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("write golden files to %s: it holds something else: %s", e.Dir, text)
}

// Hint is the remedy.
func (e *ForeignGoldenError) Hint() string {
	return "name a directory of its own, which need not exist yet, with --golden"
}

// stagingFolder holds what is being written; a crash may leave it behind.
const stagingFolder = ".replay-update"

// UpdateGolden begins to write golden files into a directory, which is created if
// need be. The error is a *ForeignGoldenError when it holds anything but golden
// files and hidden ones.
func UpdateGolden(dir string) (*GoldenUpdate, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("write golden files: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("write golden files: %w", err)
	}
	u := &GoldenUpdate{dir: &GoldenDir{root: root, path: dir, seen: make(map[string]bool)}}
	if err := u.begin(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return u, nil
}

func (u *GoldenUpdate) begin() error {
	_, foreign, err := u.dir.sort()
	if err != nil {
		return err
	}
	foreign = slices.DeleteFunc(foreign, func(n string) bool { return strings.HasPrefix(n, ".") })
	if len(foreign) > 0 {
		return &ForeignGoldenError{u.dir.path, foreign}
	}
	err = u.dir.root.RemoveAll(stagingFolder)
	if err == nil {
		err = u.dir.root.Mkdir(stagingFolder, 0o700)
	}
	if err != nil {
		return u.dir.failed("make room for", stagingFolder, err)
	}
	return nil
}

// Put takes a document over. A file that says the same byte for byte is left alone.
func (u *GoldenUpdate) Put(doc GoldenDocument) error {
	u.dir.seen[doc.Name] = true
	old, err := u.dir.read(doc.Name)
	if err != nil {
		return err
	}
	if bytes.Equal(old, doc.Text) {
		u.counts.Unchanged++
		return nil
	}
	if err := u.dir.root.WriteFile(path.Join(stagingFolder, doc.Name), doc.Text, 0o600); err != nil {
		return u.dir.failed("write", doc.Name, err)
	}
	u.staged = append(u.staged, doc.Name)
	return nil
}

// Commit puts the new files in their places and removes those that nothing was
// taken over for.
func (u *GoldenUpdate) Commit() (GoldenCounts, error) {
	for _, name := range u.staged {
		if err := u.dir.root.Rename(path.Join(stagingFolder, name), name); err != nil {
			return u.counts, u.dir.failed("write", name, err)
		}
		u.counts.Written++
	}
	gone, err := u.dir.unseen()
	if err != nil {
		return u.counts, err
	}
	for _, name := range gone {
		if err := u.dir.root.Remove(name); err != nil {
			return u.counts, u.dir.failed("remove", name, err)
		}
		u.counts.Removed++
	}
	return u.counts, nil
}

// Close clears away what was not committed.
func (u *GoldenUpdate) Close() error {
	return errors.Join(u.dir.root.RemoveAll(stagingFolder), u.dir.root.Close())
}
