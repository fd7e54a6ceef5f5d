package checkpoint_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// recordAll records something of every kind about conversation n.
func recordAll(l *checkpoint.Ledger, n, messages int) error {
	c := conversation(n)
	for i := range int64(messages) {
		if err := l.Acknowledge(c, message(n, i)); err != nil {
			return err
		}
	}
	return errors.Join(
		l.RecordAttempt(attempt(n, n, 1)), l.RecordAttempt(attempt(n, 1000+n, 1)),
		l.RecordMedia(mapping.MediaRecord{Conversation: c, SID: mapping.MediaSID(sid("ME", n)), Key: "k"}),
		l.RecordVerification(mapping.VerificationRecord{Conversation: c, Verification: 1}),
		l.Amend(c, amend(message(n, 0), mapping.Amendment{Deleted: true})),
		l.RecordThread(mapping.ThreadRecord{Conversation: c, Thread: "19:x", Participants: 3}),
	)
}

// known describes what is known of conversation n.
func known(t *testing.T, r *checkpoint.Reader, n int) string {
	t.Helper()
	c := conversation(n)
	_, thread, err1 := r.Thread(c)
	_, verified, err2 := r.Verification(c)
	progress, err3 := r.Progress(c)
	must(t, errors.Join(err1, err2, err3))
	return fmt.Sprintf("thread %v, verified %v, up to %d, %d messages, %d files, %d attempts", thread, verified, progress.LastIndex,
		len(collect(t, r.Messages(c))), len(collect(t, r.MediaOf(c))),
		len(collect(t, r.Attempts(sid("IM", n))))+len(collect(t, r.Attempts(sid("IM", 1000+n)))))
}

const knownNothing = "thread false, verified false, up to -1, 0 messages, 0 files, 0 attempts"

func TestForget(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(*checkpoint.Ledger) error
	}{
		{"waiting", func(*checkpoint.Ledger) error { return nil }},
		{"in the journal", (*checkpoint.Ledger).Flush},
		{"packed, journal full", func(l *checkpoint.Ledger) error { return l.Fold(conversation(1)) }},
		{"packed", (*checkpoint.Ledger).Sweep},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "run.db")
			l := open(t, path)
			for n := range 3 {
				must(t, recordAll(l, n, 4))
			}
			must(t, l.Acknowledge(conversation(1), message(1, 4)))
			must(t, l.Acknowledge(conversation(2), message(2, 4)))
			must(t, tt.before(l))
			must(t, l.Forget(conversation(1)))
			want := mapping.Counts{Conversations: 2, Participants: 6, Messages: 7, Media: 2}
			for round := range 2 {
				for n, want := range []string{
					"thread true, verified true, up to 3, 4 messages, 1 files, 2 attempts",
					knownNothing,
					"thread true, verified true, up to 4, 5 messages, 1 files, 2 attempts",
				} {
					if got := known(t, &l.Reader, n); got != want {
						t.Errorf("round %d: of conversation %d is known:\n%s; want\n%s", round, n, got, want)
					}
				}
				if got, err := l.Counts(); got != want || err != nil {
					t.Errorf("round %d: Counts = %+v, %v; want %+v", round, got, err, want)
				}
				must(t, l.Close())
				l = open(t, path)
			}
			must(t, recordAll(l, 1, 7)) // as if for the first time
			must(t, l.CloseClean())
			l = open(t, path)
			if got, want := known(t, &l.Reader, 1), "thread true, verified true, up to 6, 7 messages, 1 files, 2 attempts"; got != want {
				t.Errorf("of the conversation recorded again is known:\n%s; want\n%s", got, want)
			}
		})
	}
}

func TestForgetWhatIsNotKnown(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	must(t, recordAll(l, 1, 2))
	before, err := l.Counts()
	must(t, err)
	must(t, errors.Join(l.Forget(conversation(2)), l.ForgetPerson(mapping.Keeper)))
	if got, err := l.Counts(); got != before || err != nil {
		t.Errorf("Counts = %+v, %v; want %+v", got, err, before)
	}
}

func TestForgetPerson(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "run.db"))
	ann := mapping.PersonRecord{Key: mapping.PersonKey{Kind: mapping.PersonUser, Name: "ann"}, ID: "8:acs:ann", Unused: 2}
	keeper := mapping.PersonRecord{Key: mapping.Keeper, ID: "8:acs:k"}
	must(t, errors.Join(l.RecordPerson(ann), l.RecordPerson(keeper), l.ForgetPerson(ann.Key)))
	if diff := cmp.Diff(collect(t, l.Persons()), []mapping.PersonRecord{keeper}); diff != "" {
		t.Errorf("Persons -got +want:\n%s", diff)
	}
	if got, err := l.Counts(); got != (mapping.Counts{Users: 1}) || err != nil {
		t.Errorf("Counts = %+v, %v; want one user", got, err)
	}
	must(t, l.Check())
}

// recordMuch records more of conversation n than one transaction forgets.
func recordMuch(l *checkpoint.Ledger, n int) error {
	for i := range int64(2500) {
		if err := l.Acknowledge(conversation(n), message(n, i)); err != nil {
			return err
		}
	}
	for i := range 1500 {
		if err := l.RecordAttempt(attempt(n, i, 1)); err != nil {
			return err
		}
	}
	return l.RecordThread(mapping.ThreadRecord{Conversation: conversation(n), Thread: "19:x"})
}

// What is left of a large conversation after a crash is gone when the ledger is
// opened again, and a reader sees no thread.
func TestForgettingCutOff(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "run.db")
	l := open(t, path)
	must(t, recordMuch(l, 1))
	must(t, recordAll(l, 2, 3))
	for round := 0; ; round++ {
		done, err := l.BeginForgetting(conversation(1))
		must(t, err)
		data, err := os.ReadFile(path)
		must(t, err)
		crashed := filepath.Join(folder, fmt.Sprint("crashed", round))
		must(t, os.WriteFile(crashed, data, 0o600))
		r, err := checkpoint.OpenReader(crashed, nil)
		must(t, err)
		must(t, r.Check())
		if _, found, err := r.Thread(conversation(1)); found || err != nil {
			t.Errorf("round %d: the reader finds the thread: %v, %v", round, found, err)
		}
		must(t, r.Close())
		again := open(t, crashed)
		want := mapping.Counts{Conversations: 1, Participants: 3, Messages: 2, Media: 1}
		if got, err := again.Counts(); got != want || err != nil {
			t.Errorf("round %d: Counts = %+v, %v; want %+v", round, got, err, want)
		}
		if got := known(t, &again.Reader, 1); got != knownNothing {
			t.Errorf("round %d: known is %s", round, got)
		}
		must(t, again.Check())
		must(t, again.Close())
		if done {
			if round < 4 {
				t.Errorf("the test forgets in %d transactions, which are too few to be cut off", round+1)
			}
			return
		}
	}
}

// Whoever acknowledges messages of a conversation that is being forgotten is
// told so, or forgotten too; the ledger stays whole.
func TestForgetWhileMessagesCome(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	must(t, recordMuch(l, 1))
	done := make(chan error, 1)
	go func() { done <- l.Forget(conversation(1)) }()
	for i := int64(10_000); len(done) == 0; i++ {
		err := l.Acknowledge(conversation(1), message(1, i))
		if err != nil && !strings.HasSuffix(err.Error(), "its conversation is being forgotten") {
			t.Fatal(err)
		}
	}
	must(t, <-done)
	must(t, l.Close())
	must(t, open(t, path).Check())
}

// forgetAll forgets one conversation after the other, and says so.
func forgetAll(path string) error {
	l, err := checkpoint.Open(path, binding, nil)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		c := conversation(n)
		if _, found, err := l.Thread(c); err != nil || !found {
			if err == nil && n < crowd {
				continue // forgotten before the last kill
			}
			return err
		}
		if err := l.Forget(c); err != nil {
			return err
		}
		fmt.Println("recorded", n)
	}
}

// crowd is how many conversations forgetAll forgets.
const crowd = 24

func TestKilledWhileForgetting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	l := open(t, path)
	for n := range crowd {
		must(t, recordAll(l, n, 5))
		for i := range 300 {
			must(t, l.RecordAttempt(attempt(n, 10_000*n+i, 1)))
		}
	}
	must(t, l.Close())
	for round := range 4 {
		forgotten, _ := killAfter(t, job(t, "forget", path), 2+2*round)
		l := open(t, path)
		must(t, l.Check())
		for n := range crowd {
			got := known(t, &l.Reader, n)
			gone := got == knownNothing
			if int64(n) <= forgotten && !gone || !gone && got != "thread true, verified true, up to 4, 5 messages, 1 files, 2 attempts" {
				t.Errorf("round %d: forgotten up to %d, of %d is known %s", round, forgotten, n, got)
			}
		}
		must(t, l.Close())
	}
}
