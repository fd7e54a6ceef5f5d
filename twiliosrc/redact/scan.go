package redact

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Scan reads a finished snapshot and demands of everything in it that it comes
// from r: each file of media is one that Media has written, and each word of six
// or more letters or digits, restored under the key, is one that Resource has
// met; SIDs, dates and Twilio's own words aside. So it finds text that was not
// redacted, or not by r, even if nothing like it was ever seen. Anything else is a
// *LeakError, the first that is found. So are files that are none of a snapshot,
// except those named, such as the recorder's own.
//
// A single word that was not redacted has a chance to be taken for one that was:
// as many in 300 million, for six letters, as there are different such words in
// the account. Whole sentences do not.
func (r *Redactor) Scan(ctx context.Context, dir string, except ...string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("scan snapshot: %w", err)
	}
	defer root.Close()
	s := scan{Redactor: r, root: root, except: slices.Concat(except, []string{KeyFile, JournalFile})}
	return s.directory(ctx, ".")
}

// scan is one pass over a snapshot.
type scan struct {
	*Redactor
	root   *os.Root
	except []string
}

const (
	manifestName = "snapshot.json"
	mediaName    = "media"
	// maxLine bounds a line, in bytes, as the reader of snapshots does.
	maxLine = 16 << 20
)

// directory scans what is in a directory, a few entries at a time: there may be
// more files of media than memory has room for their names.
func (s *scan) directory(ctx context.Context, name string) error {
	d, err := s.root.Open(name)
	if err != nil {
		return fmt.Errorf("scan snapshot: %w", err)
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(1000)
		slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
		for _, e := range entries {
			if err := s.entry(ctx, path.Join(name, e.Name()), e); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("scan snapshot: %w", err)
		}
	}
}

// entry scans a file, or a directory of files.
func (s *scan) entry(ctx context.Context, name string, entry fs.DirEntry) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("scan snapshot: %w", context.Cause(ctx))
	case slices.Contains(s.except, name):
		return nil
	case entry.IsDir() && name == mediaName:
		return s.directory(ctx, name)
	case !entry.Type().IsRegular():
	case name == manifestName:
		return s.manifest(name)
	case path.Dir(name) == mediaName && isReference(path.Base(name)):
		return s.media(ctx, name)
	case path.Dir(name) == "." && kinds.holds(strings.TrimSuffix(name, ".jsonl")) && path.Ext(name) == ".jsonl":
		return s.lines(ctx, name)
	}
	return &LeakError{File: printable(name), Reason: "no file of a snapshot"}
}

// printable is as much of a file's name as may be shown: it may be somebody's.
func printable(name string) string {
	shown := "…"
	if extension := path.Ext(name); len(extension) < long {
		shown += extension
	}
	if path.Dir(name) == mediaName {
		shown = mediaName + "/" + shown
	}
	return shown
}

// kinds are the files of lines in a snapshot.
var kinds = wordsOf(`services configuration roles users conversations participants messages receipts channel_metadata
	webhooks address_configurations media`)

func (s *scan) lines(ctx context.Context, name string) error {
	f, err := s.root.Open(name)
	if err != nil {
		return fmt.Errorf("scan snapshot: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if ctx.Err() != nil {
			return fmt.Errorf("scan snapshot: %w", context.Cause(ctx))
		}
		if leak := s.line(lines.Bytes()); leak != nil {
			leak.File, leak.Line = name, n
			return leak
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("scan %s: %w", name, err)
	}
	return nil
}

// line scans a line and returns what is wrong with it, without its place.
func (s *scan) line(text []byte) *LeakError {
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return nil
	}
	if !isResource(text) {
		return &LeakError{Reason: errNotObject.Error()}
	}
	var leak *LeakError
	w := s.rewriter(func(p *permuter, field string, w word) {
		if leak == nil && !s.memory.holds(p.mark(w)) {
			leak = &LeakError{Field: field, Reason: "text that was not redacted"}
		}
	})
	w.back = true
	w.json(text, place{container: true})
	return leak
}

func (s *scan) media(ctx context.Context, name string) error {
	f, err := s.root.Open(name)
	if err != nil {
		return fmt.Errorf("scan snapshot: %w", err)
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, contextReader{ctx, f}); err != nil {
		return fmt.Errorf("scan %s: %w", name, err)
	}
	if !s.memory.holds(s.fileMark(hash)) {
		return &LeakError{File: name, Reason: "a file that was not redacted"}
	}
	return nil
}

// contextReader ends a long read when its context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.r.Read(p)
}

// manifest scans the description of the snapshot. Programs write it, so that it
// suffices that it holds no words but theirs.
func (s *scan) manifest(name string) error {
	f, err := s.root.Open(name)
	if err != nil {
		return fmt.Errorf("scan snapshot: %w", err)
	}
	defer f.Close()
	decoder := json.NewDecoder(f)
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &LeakError{File: name, Reason: "no manifest"}
		}
		if said, ok := token.(string); ok && !isManifestText(said) {
			return &LeakError{File: name, Reason: "text that was not redacted"}
		}
	}
}

// isManifestText reports whether s may stand in a manifest: the name of a file,
// a SID, a hash, a date, or words of the program's.
func isManifestText(s string) bool {
	if isTime(s) || isReference(strings.TrimPrefix(s, mediaName+"/")) || isHash(s) {
		return true
	}
	for w := range longWords(s) {
		if !manifestWords.holds(string(w)) {
			return false
		}
	}
	return true
}

func isHash(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}

var manifestWords = wordsOf(`format version twilio conversations snapshot accountSid region defaultServiceSid recordedAt
	redacted counts services configuration participants messages receipts channel metadata webhooks address configurations`)
