package twiliosrc_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/twilio2acs/twilio2acs/twiliosrc"
	"github.com/twilio2acs/twilio2acs/twiliosrc/fixtureserver"
	"github.com/twilio2acs/twilio2acs/twiliosrc/internal/snapshottest"
	"github.com/twilio2acs/twilio2acs/twiliosrc/redact"
)

var _ twiliosrc.Redactor = (*redact.Redactor)(nil)

// leaking is a redactor whose scan fails as long as it is told to.
type leaking struct {
	*redact.Redactor
	leak error
}

func (l leaking) Scan(ctx context.Context, dir string, except ...string) error {
	return errors.Join(l.leak, l.Redactor.Scan(ctx, dir, except...))
}

// The key outlives an attempt, but not the recording; a leak keeps the snapshot
// from being published.
func TestRecordRedacts(t *testing.T) {
	s := open(t, contoso, nil)
	server := serve(t, s, fixtureserver.Options{})
	for _, src := range []twiliosrc.Source{s, server.client(t, twiliosrc.ClientOptions{})} {
		out := filepath.Join(t.TempDir(), "out")
		leak := errors.New("a name is in messages.jsonl:3")
		opts := &twiliosrc.RecordOptions{Receipts: true, OpenRedactor: func(dir string) (twiliosrc.Redactor, error) {
			r, err := redact.Open(dir, nil)
			return leaking{r, leak}, err
		}}
		if _, err := twiliosrc.NewRecorder(src, opts).Record(t.Context(), out); !errors.Is(err, leak) {
			t.Fatalf("Record: %v, want the leak", err)
		}
		if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a snapshot with a leak was published: %v", err)
		}
		key := filepath.Join(out+".unfinished", redact.KeyFile)
		if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("key: %v, %v", info, err)
		}
		leak = nil
		got := record(t, src, out, opts)
		if got.Resumed != 13 || !got.Manifest.Redacted {
			t.Errorf("%d resumed, redacted %t", got.Resumed, got.Manifest.Redacted)
		}
		checkRecording(t, out, got)
		for name, text := range texts(t, out, false) {
			if strings.Contains(text, "Maria") || strings.Contains(text, "Kayak") || strings.Contains(text, "447700900100") {
				t.Errorf("%s is not redacted", name)
			}
		}
	}
}

// A redacted recording of a redacted recording is one, too.
func TestRecordRedactsAgain(t *testing.T) {
	opts := &twiliosrc.RecordOptions{OpenRedactor: func(dir string) (twiliosrc.Redactor, error) { return redact.Open(dir, nil) }}
	first, second := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "2")
	record(t, open(t, harbour, nil), first, opts)
	checkRecording(t, second, record(t, open(t, first, nil), second, opts))
}

// A conversation that is gone by the time of a later attempt leaves no files behind,
// although they were in the snapshot that the earlier one had put together.
func TestRecordLeavesNoStrayFiles(t *testing.T) {
	const goner = "CH42bf5a"
	less := snapshottest.Copy(t, contoso)
	for _, name := range []string{"conversations.jsonl", "participants.jsonl", "messages.jsonl", "webhooks.jsonl"} {
		rewrite(t, less, name, func(text string) string {
			return strings.Join(slices.DeleteFunc(strings.SplitAfter(text, "\n"), func(l string) bool { return strings.Contains(l, goner) }), "")
		})
	}
	leak := errors.New("a name is in messages.jsonl:3")
	opts := &twiliosrc.RecordOptions{OpenRedactor: func(dir string) (twiliosrc.Redactor, error) {
		r, err := redact.Open(dir, nil)
		return leaking{r, leak}, err
	}}
	out := filepath.Join(t.TempDir(), "out")
	if _, err := twiliosrc.NewRecorder(open(t, contoso, nil), opts).Record(t.Context(), out); !errors.Is(err, leak) {
		t.Fatalf("Record: %v, want the leak", err)
	}
	leak = nil
	checkRecording(t, out, record(t, open(t, less, nil), out, opts))
	recorded := texts(t, out, false)
	files := 0
	for name := range recorded {
		if sid, ok := strings.CutPrefix(name, "media/"); ok {
			if files++; !strings.Contains(recorded["messages.jsonl"], sid) {
				t.Errorf("%s is of no message", name)
			}
		}
	}
	if files == 0 || strings.Contains(recorded["messages.jsonl"], goner) {
		t.Errorf("%d files, and messages of a conversation that is gone", files)
	}
}

// What was left out is told of at the end, whatever attempt met it.
func TestRecordRemembersDamage(t *testing.T) {
	dir := snapshottest.Copy(t, contoso)
	rewrite(t, dir, "messages.jsonl", func(text string) string { // the first line says the same, but is none
		first, rest, _ := strings.Cut(text, "\n")
		return strings.Replace(first, `"index":`, `"index" `, 1) + "\n" + rest
	})
	leak := errors.New("a name is in messages.jsonl:3")
	opts := &twiliosrc.RecordOptions{OpenRedactor: func(dir string) (twiliosrc.Redactor, error) {
		r, err := redact.Open(dir, nil)
		return leaking{r, leak}, err
	}}
	out := filepath.Join(t.TempDir(), "out")
	if _, err := twiliosrc.NewRecorder(open(t, dir, nil), opts).Record(t.Context(), out); !errors.Is(err, leak) {
		t.Fatalf("Record: %v, want the leak", err)
	}
	leak = nil
	got := record(t, open(t, dir, nil), out, opts)
	if got.Resumed != 13 || got.Damaged != 1 || len(got.Damage) != 1 || got.Damage[0].Place != "messages.jsonl:1" {
		t.Errorf("%d resumed, %d damaged: %v; want the damage that the first attempt met", got.Resumed, got.Damaged, got.Damage)
	}
}
