package night_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/night"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

var now = time.Date(2025, 3, 1, 22, 30, 0, 0, time.UTC)

func TestJournalGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.json")
	j, err := night.Open(path, false, now)
	if err != nil || j.Phase != night.PhaseSync || !j.Began.Equal(now) {
		t.Fatalf("a night begins with %+v, %v", j, err)
	}
	j.Phase, j.Underway, j.Rounds, j.Frozen = night.PhaseCheck, night.PhaseCheck, 3, now
	j.Check = &night.Check{At: now, Watched: time.Minute, Writers: []migrate.Waiting{{Conversation: "CH1", Messages: 2, Newest: now}}}
	j.Decision = &night.Decision{At: now, Against: []string{"1 difference"}}
	if err := j.Save(); err != nil {
		t.Fatal(err)
	}
	var busy *night.BusyError
	if _, err := night.Open(path, false, now); !errors.As(err, &busy) || busy.Hint() == "" {
		t.Errorf("two processes have it: %v", err)
	}
	closeJournal(t, j)
	got, err := night.Open(path, false, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	closeJournal(t, got)
	if diff := cmp.Diff(j, got, cmpopts.IgnoreUnexported(night.Journal{})); diff != "" {
		t.Errorf("it was read back as another (-want +got):\n%s", diff)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	anew, err := night.Open(path, true, now)
	if err != nil || anew.Phase != night.PhaseSync || anew.Rounds != 0 {
		t.Errorf("another night begins with %+v, %v", anew, err)
	}
	closeJournal(t, anew)
}

func closeJournal(t *testing.T, j *night.Journal) {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

func TestJournalIsOfOneLedger(t *testing.T) {
	j := new(night.Journal)
	b := mapping.Binding{Account: "AC1", Resource: "local:1"}
	for range 2 {
		if err := j.Admit(b); err != nil {
			t.Errorf("its own ledger is refused: %v", err)
		}
	}
	b.Resource = "local:2"
	var foreign *night.ForeignError
	if err := j.Admit(b); !errors.As(err, &foreign) || foreign.Hint() == "" {
		t.Errorf("another ledger gives %v", err)
	}
}

func TestJournalRefusesDamage(t *testing.T) {
	for _, text := range []string{
		"", "{", "null", `{"format":"twilio2acs-cutover/2","phase":"sync"}`, `{"format":"twilio2acs-cutover/1","phase":"lunch"}`,
		`{"format":"twilio2acs-cutover/1","phase":"sync","rounds":-1}`,
	} {
		path := filepath.Join(t.TempDir(), "j.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := night.Open(path, false, now)
		var damaged *night.DamagedError
		if !errors.As(err, &damaged) || damaged.Hint() == "" {
			t.Errorf("%q was read as %+v, %v", text, j, err)
		}
	}
}

func TestProtocolOnlyGrows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "night.md")
	p, err := night.OpenProtocol(path)
	if err != nil {
		t.Fatal(err)
	}
	add := func(step string, facts ...string) {
		t.Helper()
		if err := p.Append(report.ProtocolEntry{At: now, Step: step, Facts: facts, Commands: []string{"twilio2acs cutover\n# more"}}); err != nil {
			t.Fatal(err)
		}
	}
	add("begun", "from <b>A</b> to B")
	// A process that was killed while it wrote leaves half a line.
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("## 2025-03-01 22:3"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	add("resumed")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := `# The night of the switch

Times are UTC, by the clock of the machine that ran twilio2acs.

## 2025-03-01 22:30:00 UTC · begun

- from &#60;b&#62;A&#60;/b&#62; to B

    twilio2acs cutover
    # more

## 2025-03-01 22:3

## 2025-03-01 22:30:00 UTC · resumed

    twilio2acs cutover
    # more

`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("protocol (-want +got):\n%s", diff)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := night.OpenProtocol(t.TempDir()); err == nil {
		t.Error("a folder was taken for a file")
	}
}

// Whatever stands in the file, it is a night that can go on, or a mistake that says so.
func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"format":"twilio2acs-cutover/1","phase":"drain","rounds":3,"frozen":"2025-03-01T22:30:00Z"}`))
	f.Add([]byte(`{"format":"twilio2acs-cutover/1","phase":"sync","check":{"more":-1}}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(dir, "j.json")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := night.Open(path, false, now)
		if err != nil {
			return
		}
		if err := j.Save(); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		closeJournal(t, j)
		again, err := night.Open(path, false, now)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		closeJournal(t, again)
		if diff := cmp.Diff(j, again, cmpopts.IgnoreUnexported(night.Journal{}), cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}
