package report_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

var savedAt = time.Date(2025, 11, 17, 9, 0, 0, 0, time.UTC)

// save makes a plan and saves it.
func (w *world) save(b report.Basis) []byte {
	w.t.Helper()
	var file bytes.Buffer
	s, err := report.NewSaver(&file, b, savedAt)
	must(w.t, err)
	w.tell(s.Change, s.Conversation)
	must(w.t, s.Finish())
	return file.Bytes()
}

// drifts is what a plan on b says otherwise than the saved one.
func (w *world) drifts(file []byte, b report.Basis) []report.Drift {
	w.t.Helper()
	saved, err := report.ReadSaved(bytes.NewReader(file))
	must(w.t, err)
	c := saved.Compare(b)
	w.tell(c.Change, c.Conversation)
	var drift *report.DriftError
	switch err := c.Finish(); {
	case errors.As(err, &drift):
		return drift.Drifts
	case err != nil:
		w.t.Fatal(err)
	}
	return nil
}

// edit changes a file of the snapshot; the world reads a copy from then on.
func (w *world) edit(name string, change func([]string) []string) {
	w.t.Helper()
	dir := w.t.TempDir()
	must(w.t, os.CopyFS(dir, os.DirFS(w.source)))
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	must(w.t, err)
	lines := change(strings.Split(strings.TrimSpace(string(text)), "\n"))
	must(w.t, os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	w.source = dir
}

// replacing replaces what the line of that number has once.
func replacing(line int, from, to string) func([]string) []string {
	return func(lines []string) []string {
		if strings.Count(lines[line], from) != 1 {
			panic("not once in the line: " + from)
		}
		lines[line] = strings.Replace(lines[line], from, to, 1)
		return lines
	}
}

// The conversations of tiny, in its order.
const (
	tinyOrder = "CHd5da90080b82c9fd0bd266677d58c81b"
	tinyPhone = "CH4ad82c4682ed116b78429487949913ee"
	tinyLong  = "CH01a665d7cdf5bec4a787080c04702bba"
)

const somethingChanged = "its topic, members, or messages have been changed in Twilio"

// Each kind of change in Twilio is found, and nothing beside it.
func TestDriftOfSource(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		change     func([]string) []string
		want       []report.Drift
	}{
		{"nothing", "messages.jsonl", slices.Clone[[]string], nil},
		{"a body", "messages.jsonl", replacing(0, "opened a request", "opened one request"), []report.Drift{{tinyOrder, somethingChanged}}},
		{"a topic", "conversations.jsonl", replacing(0, `"Order 2231"`, `"Order 2232"`), []report.Drift{{tinyOrder, somethingChanged}}},
		{"a read horizon", "participants.jsonl", replacing(1, `"last_read_message_index":5`, `"last_read_message_index":4`), []report.Drift{{tinyOrder, somethingChanged}}},
		{"a message less", "messages.jsonl", func(lines []string) []string { return lines[:len(lines)-1] },
			[]report.Drift{{tinyLong, "1 fewer message, the last one now has index 3 instead of 4"}}},
		{"a message less in the middle", "messages.jsonl", func(lines []string) []string { return slices.Delete(lines, 2, 3) },
			[]report.Drift{{tinyOrder, "1 fewer message"}}},
		{"a conversation more", "conversations.jsonl", func(lines []string) []string {
			return append(lines, strings.NewReplacer(tinyOrder, "CH"+strings.Repeat("e", 32), "order-2231", "another").Replace(lines[0]))
		}, []report.Drift{{"CH" + strings.Repeat("e", 32), "is new"}}},
		{"an order of the list", "conversations.jsonl", func(lines []string) []string { slices.Reverse(lines); return lines }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, snapshotDir("tiny"), nil)
			var none report.Basis
			file := w.save(none)
			w.edit(tt.file, tt.change)
			if diff := cmp.Diff(w.drifts(file, none), tt.want); diff != "" {
				t.Errorf("(-found +want):\n%s", diff)
			}
		})
	}
}

// What a run has carried drifts everywhere, even if the ledger were not compared.
func TestDriftOfLedger(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	var none report.Basis
	file := w.save(none)
	w.run()
	var items []string
	for _, d := range w.drifts(file, none) {
		items = append(items, d.Item)
	}
	if want := []string{tinyOrder, tinyPhone, tinyLong, "users"}; !slices.Equal(items, want) {
		t.Errorf("drifted: %v, want %v", items, want)
	}
}

// What a plan is made on is compared with its names.
func TestDriftOfBasis(t *testing.T) {
	policies := func(pairs ...string) (list []report.Policy) {
		for p := range slices.Chunk(pairs, 2) {
			list = append(list, report.Policy{Name: p[0], Value: p[1]})
		}
		return list
	}
	was := report.Basis{Binding: mapping.Binding{Account: "AC1", Resource: "r1"}, Policies: policies("media", "none", "receipts", "off")}
	for _, tt := range []struct {
		name string
		now  report.Basis
		want []report.Drift
	}{
		{"a resource that was not known", report.Basis{Binding: mapping.Binding{Account: "AC1"}, Policies: was.Policies}, nil},
		{"another resource", report.Basis{Binding: mapping.Binding{Account: "AC1", Resource: "r2"}, Policies: was.Policies},
			[]report.Drift{{"destination", `was "r1", is "r2"`}}},
		{"another account", report.Basis{Binding: mapping.Binding{Account: "AC2", Resource: "r1"}, Policies: was.Policies},
			[]report.Drift{{"account", `was "AC1", is "AC2"`}}},
		{"another value, a flag more and one less", report.Basis{Binding: was.Binding, Policies: policies("media", "m", "deep", "true")},
			[]report.Drift{{"--media", `was "none", is "m"`}, {"--receipts", `was "off", is not set`}, {"--deep", `was not set, is "true"`}}},
		{"another run", report.Basis{Binding: was.Binding, Policies: was.Policies, Run: 1, Counts: mapping.Counts{Users: 1}},
			[]report.Drift{{"latest run in the ledger", `was "0", is "1"`}}},
		{"another ledger", report.Basis{Binding: was.Binding, Policies: was.Policies, Counts: mapping.Counts{Users: 1}},
			[]report.Drift{{"ledger", "it holds something else"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, snapshotDir("tiny"), nil)
			if diff := cmp.Diff(w.drifts(w.save(was), tt.now), tt.want); diff != "" {
				t.Errorf("(-found +want):\n%s", diff)
			}
		})
	}
}

// Only the first of many drifts are named; the others are counted.
func TestDriftsAreBounded(t *testing.T) {
	var file bytes.Buffer
	s, err := report.NewSaver(&file, report.Basis{}, savedAt)
	must(t, err)
	for i := range 100 {
		sid := mapping.ConversationSID("CH" + strconv.Itoa(1000+i))
		must(t, s.Conversation(migrate.PlannedConversation{PlannedThread: migrate.PlannedThread{Conversation: mapping.Conversation{SID: sid}}}))
	}
	must(t, s.Finish())
	saved, err := report.ReadSaved(&file)
	must(t, err)
	var drift *report.DriftError
	if err := saved.Compare(report.Basis{}).Finish(); !errors.As(err, &drift) {
		t.Fatalf("Finish = %v, want a *DriftError", err)
	}
	if len(drift.Drifts) != 20 || drift.More != 80 {
		t.Errorf("%d drifts and %d more, want 20 and 80", len(drift.Drifts), drift.More)
	}
	if got := drift.Error(); !strings.HasSuffix(got, "CH1019: is no longer there\n  … and 80 more") {
		t.Errorf("Error() = %q", got)
	}
}

// A damaged file is no plan, and never anything worse.
func FuzzReadSaved(f *testing.F) {
	w := newWorld(f, snapshotDir("tiny"), nil)
	file := w.save(report.Basis{Policies: []report.Policy{{Name: "media", Value: "none"}}})
	f.Add(file)
	f.Add(file[:len(file)/2])
	f.Add([]byte(`{"format":"twilio2acs-plan/v1"}` + "\n" + `{"end":true,"conversations":1}`))
	f.Add([]byte(`{"format":"twilio2acs-plan/v1"}` + "\n" + `{"sid":"CH1"}` + "\n" + `{"sid":"CH1"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		saved, err := report.ReadSaved(bytes.NewReader(text))
		var none *report.NoPlanError
		switch {
		case err == nil:
			var drift *report.DriftError
			if err := saved.Compare(report.Basis{}).Finish(); err != nil && !errors.As(err, &drift) {
				t.Errorf("Finish = %v", err)
			}
		case !errors.As(err, &none):
			t.Errorf("ReadSaved = %v, want a *NoPlanError", err)
		}
	})
}
