package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// Only whoever types the number of what goes, at a terminal, has confirmed it.
func TestConfirmRollback(t *testing.T) {
	threads := migrate.Summary{Conversations: migrate.Tally{Deleted: 13}, Users: migrate.Tally{Deleted: 41}}
	for _, tt := range []struct {
		name    string
		prompts bool
		format  string
		sum     migrate.Summary
		typed   string
		asks    string // for the number of what; empty for not at all
		want    bool
	}{
		{"the number", true, formatText, threads, "13\n", "threads", true},
		{"without a line end", true, formatText, threads, " 13", "threads", true},
		{"another number", true, formatText, threads, "41\n", "threads", false},
		{"yes", true, formatText, threads, "yes\n", "threads", false},
		{"nothing", true, formatText, threads, "\n", "threads", false},
		{"only users are left", true, formatText, migrate.Summary{Users: migrate.Tally{Deleted: 2}}, "2\n", "users", true},
		{"nothing is left", true, formatText, migrate.Summary{}, "0\n", "", false},
		{"no terminal", false, formatText, threads, "13\n", "", false},
		{"for a machine", true, formatJSON, threads, "13\n", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, said := terminal(strings.NewReader(tt.typed))
			s.prompts = tt.prompts
			o := &rollbackOptions{output: outputOptions{format: choice{value: tt.format}}}
			got, err := o.confirm(t.Context(), s, tt.sum)
			if err != nil || got != tt.want {
				t.Errorf("confirm: %t, %v; want %t", got, err, tt.want)
			}
			if asked := said.Len() > 0; asked != (tt.asks != "") || !strings.Contains(said.String(), tt.asks) {
				t.Errorf("asked %q, want the number of %q", said.String(), tt.asks)
			}
		})
	}
}

// An inventory is for nobody else to read, takes nobody's place, and is removed when
// there was nothing to write.
func TestInventoryFile(t *testing.T) {
	path := inventoryName(filepath.Join(t.TempDir(), "run.db"), time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC))
	if got, want := filepath.Base(path), "run.db.rollback-20260102T030405.678Z.jsonl"; got != want {
		t.Errorf("name %q, want %q", got, want)
	}
	for _, content := range []string{"", "a line\n"} {
		f, err := createInventory(path)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := f.Stat(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
		}
		if _, err := f.WriteString(content); err != nil {
			t.Fatal(err)
		}
		name, err := f.close()
		_, serr := os.Stat(path)
		if err != nil || (name == path) != (content != "") || errors.Is(serr, fs.ErrNotExist) != (content == "") {
			t.Errorf("closed after %q: %q, %v; then %v", content, name, err, serr)
		}
	}
	if _, err := createInventory(path); exitCode(err) != exitUsage || hintOf(err) == "" {
		t.Errorf("a second inventory: %v", err)
	}
	if _, err := createInventory(filepath.Join(path, "no", "folder")); err == nil || hintOf(err) == "" {
		t.Errorf("no folder: %v", err)
	}
}
