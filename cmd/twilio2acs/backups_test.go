package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// memory is a store that can be out of order.
type memory struct {
	mu    sync.Mutex
	files map[string][]byte
	err   error
}

func (m *memory) Put(_ context.Context, key, _ string, r io.Reader) (int64, string, error) {
	content, err := io.ReadAll(r)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := errors.Join(err, m.err); err != nil {
		return 0, "", err
	}
	m.files[key] = content
	sum := sha256.Sum256(content)
	return int64(len(content)), hex.EncodeToString(sum[:]), nil
}

func (m *memory) Open(_ context.Context, key string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	content, ok := m.files[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

func (m *memory) setError(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func newLedger(t *testing.T) *checkpoint.Ledger {
	t.Helper()
	l, err := checkpoint.Open(filepath.Join(t.TempDir(), "run.db"), mapping.Binding{Account: "AC1", Resource: "here"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// While a run goes on its ledger is copied every so often, whatever became of the
// copies before, and once more at the end. The three latest copies are kept.
func TestBackups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger, place := newLedger(t), &memory{files: make(map[string][]byte)}
		var logged strings.Builder
		b := &backups{name: "run.db", place: "there", store: place}
		o := backupOptions{to: "there", every: 5 * time.Minute}
		finish, err := o.start(t.Context(), b, ledger, slog.New(slog.NewTextHandler(&logged, nil)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.BeginRun(time.Now()); err != nil {
			t.Fatal(err)
		}
		for range 11 {
			time.Sleep(time.Minute)
			if err := ledger.Beat(time.Now(), false, 0); err != nil {
				t.Fatal(err)
			}
		}
		place.setError(errors.New("out of order"))
		time.Sleep(5 * time.Minute)
		place.setError(nil)
		if err := ledger.Beat(time.Now(), true, 0); err != nil {
			t.Fatal(err)
		}
		if got := finish(); got != nil {
			t.Error(got)
		}
		if got := b.result(); got.Made != 4 || got.Failed != 1 || got.Latest.File != "run.db.1" {
			t.Errorf("result %+v, want four copies, one failure, and run.db.1 replaced", got)
		}
		if got := slices.Sorted(maps.Keys(place.files)); fmt.Sprint(got) != "[run.db.1 run.db.2 run.db.3 run.db.json]" {
			t.Errorf("files %v", got)
		}
		if !strings.Contains(logged.String(), "NOT BACKED UP") || !strings.Contains(logged.String(), "out of order") {
			t.Errorf("logged %q", logged.String())
		}

		again := &backups{name: "run.db", place: "there", store: place}
		if err := again.read(t.Context()); err != nil {
			t.Fatal(err)
		}
		run, _, err := ledger.LastRun()
		if got := again.file(run); got != "run.db.1" || err != nil {
			t.Errorf("the next copy replaces %s, want the latest: nothing has happened since", got)
		}
		run.Number++
		if got := again.file(run); got != "run.db.2" {
			t.Errorf("the next copy replaces %s, want the oldest", got)
		}
	})
}

// A place that takes no copy ends a run before it begins.
func TestBackupsNeedAPlace(t *testing.T) {
	broken := errors.New("out of order")
	b := &backups{name: "run.db", store: &memory{err: broken}}
	o := backupOptions{to: "there", every: time.Hour}
	if _, err := o.start(t.Context(), b, newLedger(t), slog.New(slog.DiscardHandler)); !errors.Is(err, broken) {
		t.Errorf("start: %v, want the error of the place", err)
	}
}

// A run that was told to stop still makes its last copy.
func TestLastBackupAfterStop(t *testing.T) {
	place := &memory{files: make(map[string][]byte)}
	b := &backups{name: "run.db", store: place}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := b.last(ctx, newLedger(t)); err != nil || len(place.files) != 2 {
		t.Errorf("last: %v, files %v", err, slices.Collect(maps.Keys(place.files)))
	}
}

// What the list names that is no copy is never touched.
func TestBackupListNamesCopiesOnly(t *testing.T) {
	for _, tt := range []struct {
		name, list string
		copies     int
		fails      bool
	}{
		{"copies", `{"copies":[{"file":"run.db.2"},{"file":"run.db.1"}]}`, 2, false},
		{"other files", `{"copies":[{"file":"../run.db"},{"file":"letter.txt"},{"file":"run.db.json"},{"file":"run.db.3"}]}`, 1, false},
		{"damaged", `{"copies":`, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := &backups{name: "run.db", store: &memory{files: map[string][]byte{"run.db.json": []byte(tt.list)}}}
			err := b.read(t.Context())
			if (err != nil) != tt.fails || err != nil && hintOf(err) == "" {
				t.Errorf("read: %v", err)
			}
			if got := len(b.list.Copies); got != tt.copies {
				t.Errorf("%d copies, want %d", got, tt.copies)
			}
		})
	}
}

// Whatever stands in the list, only copies are ever replaced.
func FuzzBackupList(f *testing.F) {
	f.Add([]byte(`{"copies":[{"file":"run.db.2"},{"file":"run.db.1"},{"file":"run.db.1"},{"file":"../../run.db"}]}`))
	f.Add([]byte(`{"copies":null}`))
	f.Fuzz(func(t *testing.T, list []byte) {
		b := &backups{name: "run.db", store: &memory{files: map[string][]byte{"run.db.json": list}}}
		if err := b.read(t.Context()); err != nil {
			return
		}
		if got := b.file(mapping.RunRecord{}); !slices.Contains(b.files(), got) {
			t.Errorf("the next copy goes to %q", got)
		}
	})
}
