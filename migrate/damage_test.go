package migrate_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// damaged is a copy of a snapshot with one line of a file cut in half.
func damaged(t *testing.T, snapshot, file string, line int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "snapshot")
	must(t, os.CopyFS(dir, os.DirFS(snapshotDir(snapshot))))
	path := filepath.Join(dir, file)
	text, err := os.ReadFile(path)
	must(t, err)
	lines := bytes.SplitAfter(text, []byte("\n"))
	lines[line-1] = append(lines[line-1][:len(lines[line-1])/2], '\n')
	must(t, os.WriteFile(path, bytes.Join(lines, nil), 0o600))
	return dir
}

// A damaged line blocks its own conversation, of which then nothing is written,
// and no other. The plan says so before.
func TestDamageBlocksItsConversation(t *testing.T) {
	for _, tt := range []struct {
		file string
		line int
	}{
		{"messages.jsonl", 3}, {"messages.jsonl", 9}, {"participants.jsonl", 2},
	} {
		t.Run(tt.file, func(t *testing.T) {
			w := newWorld(t, damaged(t, "tiny", tt.file, tt.line), nil)
			planned := w.plan()
			r := w.mustRun()
			if d := cmp.Diff(r, planned, cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Run" }, cmp.Ignore())); d != "" {
				t.Errorf("the run did not do what was planned (-run +plan):\n%s", d)
			}
			c := r.Summary.Conversations
			if c.Blocked != 1 || c.Created != c.Total-1 {
				t.Errorf("conversations %+v, want one blocked and the others created", c)
			}
			stats, err := w.server.Stats()
			must(t, err)
			if int64(stats.Threads) != c.Created {
				t.Errorf("%d threads, want %d", stats.Threads, c.Created)
			}
		})
	}
}
