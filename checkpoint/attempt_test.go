package checkpoint_test

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// attempt makes the nth attempt to send message m of a conversation.
func attempt(c, m, n int) mapping.Attempt {
	return mapping.Attempt{
		Item: sid("IM", m), Thread: conversation(c), At: now.Add(time.Duration(n) * time.Second),
		Operation: "send message", Outcome: "unknown", Status: 500 + n, RequestID: fmt.Sprint("cv-", n), Error: "timed out",
	}
}

func TestAttempts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	var many []mapping.Attempt
	for n := range 33 {
		a := attempt(1, 7, n)
		must(t, l.RecordAttempt(a))
		many = append(many, a)
	}
	few := []mapping.Attempt{attempt(1, 8, 1), attempt(1, 8, 2)}
	for _, a := range few {
		must(t, l.RecordAttempt(a))
		must(t, l.Flush())
	}
	whole := mapping.Attempt{Item: string(conversation(2)), At: now, Operation: "create thread", Outcome: "refused"}
	must(t, l.RecordAttempt(whole))
	must(t, l.Close()) // the last one comes along with it

	r, err := checkpoint.OpenReader(path, nil)
	must(t, err)
	defer r.Close()
	for _, tt := range []struct {
		item string
		want []mapping.Attempt
	}{
		{sid("IM", 7), many[13:]},
		{sid("IM", 8), few},
		{string(conversation(2)), []mapping.Attempt{whole}},
		{string(conversation(1)), nil},
		{"", nil},
	} {
		if diff := cmp.Diff(collect(t, r.Attempts(tt.item)), tt.want); diff != "" {
			t.Errorf("Attempts(%s) -got +want:\n%s", tt.item, diff)
		}
	}
	if got := r.AttemptCount(); got != 23 {
		t.Errorf("%d attempts are kept, want 23", got)
	}
	must(t, r.Check())
}

// The items that go first are those that have been quiet for the longest.
func TestAttemptsAreBounded(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	for item := range 10 {
		for n := range 3 {
			must(t, l.RecordAttempt(attempt(1, item, n)))
		}
	}
	must(t, l.RecordAttempt(attempt(1, 0, 3))) // not quiet any more
	must(t, l.TrimAttempts(12))
	for item := range 10 {
		want := map[int]int{0: 4, 8: 3, 9: 3}[item]
		if got := len(collect(t, l.Attempts(sid("IM", item)))); got != want {
			t.Errorf("%d attempts of item %d, want %d", got, item, want)
		}
	}
	must(t, l.Check())
	must(t, l.TrimAttempts(0))
	if got := l.AttemptCount(); got != 0 {
		t.Errorf("%d attempts are kept, want none", got)
	}
	must(t, l.Check())
}

func TestAttemptsWithLongTexts(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	a := attempt(1, 1, 1)
	a.Item, a.Error = strings.Repeat("x", 5000), strings.Repeat("é", 5000)
	must(t, l.RecordAttempt(a))
	must(t, l.Flush())
	got := collect(t, l.Attempts(a.Item))
	if len(got) != 1 || len(got[0].Error) > 400 || len(got[0].Error) < 390 || !utf8.ValidString(got[0].Error) {
		t.Errorf("got %.200v", got)
	}
}

// More attempts than may wait are written along the way.
func TestAttemptsDoNotPileUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	for item := range 1024 {
		must(t, l.RecordAttempt(attempt(1, item, 1)))
	}
	if got := l.AttemptCount(); got != 1024 {
		t.Errorf("%d attempts are in the file, want 1024", got)
	}
	must(t, l.Close())
	if err := l.RecordAttempt(attempt(1, 1, 1)); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("RecordAttempt after Close: %v", err)
	}
}

func TestMissingAttempts(t *testing.T) {
	for _, bucket := range []string{"attempts", "attempt order"} {
		path := filepath.Join(t.TempDir(), "run.db")
		l := open(t, path)
		must(t, l.RecordAttempt(attempt(1, 1, 1)))
		must(t, l.RecordAttempt(attempt(1, 2, 1)))
		must(t, l.Close())
		removeFirst(t, path, bucket)
		_, err := checkpoint.Open(path, binding, nil)
		wantDamage(t, "Open without some "+bucket, err)
		if err == nil {
			t.Errorf("Open without some %s: no error", bucket)
		}
	}
}
