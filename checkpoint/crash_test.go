package checkpoint_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// What the test binary does instead of testing when it is started by a test.
const (
	jobEnv    = "CHECKPOINT_TEST_JOB"
	ledgerEnv = "CHECKPOINT_TEST_LEDGER"
)

func TestMain(m *testing.M) {
	var err error
	switch os.Getenv(jobEnv) {
	case "record":
		err = recordForever(os.Getenv(ledgerEnv))
	case "forget":
		err = forgetAll(os.Getenv(ledgerEnv))
	case "fill":
		err = recordUntilFull(os.Getenv(ledgerEnv))
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func job(t *testing.T, name, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), jobEnv+"="+name, ledgerEnv+"="+path)
	return cmd
}

// recordForever records one thing after the other, and says so when it is
// recorded.
func recordForever(path string) error {
	l, err := checkpoint.Open(path, binding, nil)
	if err != nil {
		return err
	}
	next, err := l.Progress(conversation(1))
	if err != nil {
		return err
	}
	if next.LastIndex >= 0 { // what the kill has kept from being recorded
		if err := recordAround(l, next.LastIndex); err != nil {
			return err
		}
	}
	for i := next.LastIndex + 1; ; i++ {
		if err := errors.Join(l.Acknowledge(conversation(1), message(1, i)), recordAround(l, i)); err != nil {
			return err
		}
		fmt.Println("recorded", i)
		if i%7 == 0 {
			if err := l.Fold(conversation(1)); err != nil {
				return err
			}
		}
		if err := l.Acknowledge(conversation(2), message(2, i)); err != nil {
			return err
		}
		if i%3 == 0 {
			if err := l.Flush(); err != nil {
				return err
			}
			fmt.Println("flushed", i)
		}
	}
}

// recordAround records what goes with message i.
func recordAround(l *checkpoint.Ledger, i int64) error {
	person := mapping.PersonRecord{Key: mapping.PersonKey{Kind: mapping.PersonUser, Name: fmt.Sprint(i)}, ID: "8:acs:x"}
	thread := mapping.ThreadRecord{Conversation: conversation(int(i)), Thread: "19:x"}
	return errors.Join(
		l.RecordPerson(person), l.RecordThread(thread), l.RecordAttempt(attempt(1, int(i%50), int(i))),
		l.Amend(conversation(1), amend(message(1, i), mapping.Amendment{Foreign: true})),
	)
}

// A killed process leaves everything that it was told is recorded.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.db")
	for round := range 6 {
		recorded, flushed := killAfter(t, job(t, "record", path), 20+17*round)
		l := open(t, path)
		got, err := l.Progress(conversation(1))
		if err != nil || got.LastIndex < recorded || got.LastIndex > recorded+1 {
			t.Errorf("round %d: Progress = %+v, %v; recorded %d", round, got, err, recorded)
		}
		for i, m := range collect(t, l.Messages(conversation(1))) {
			if m.Index != int64(i) || m.Index <= recorded && m.Amendment == nil {
				t.Errorf("round %d: message %d of %d is %+v", round, i, recorded, m)
			}
		}
		if got, err := l.Progress(conversation(2)); err != nil || got.LastIndex < flushed {
			t.Errorf("round %d: Progress = %+v, %v; flushed %d", round, got, err, flushed)
		}
		for i := range recorded + 1 {
			_, person, err1 := l.Person(mapping.PersonKey{Kind: mapping.PersonUser, Name: fmt.Sprint(i)})
			_, thread, err2 := l.Thread(conversation(int(i)))
			if err := errors.Join(err1, err2); !person || !thread || err != nil {
				t.Fatalf("round %d: %d of %d: person %v, thread %v, %v", round, i, recorded, person, thread, err)
			}
		}
		must(t, l.Close())
	}
}

// killAfter kills cmd after a number of lines, and returns the last things it
// reported.
func killAfter(t *testing.T, cmd *exec.Cmd, lines int) (recorded, flushed int64) {
	t.Helper()
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	recorded, flushed = -1, -1
	for s := bufio.NewScanner(out); s.Scan(); lines-- {
		var what string
		var i int64
		if _, err := fmt.Sscan(s.Text(), &what, &i); err != nil {
			continue // cut off by the kill
		}
		if what == "recorded" {
			recorded = i
		} else {
			flushed = i
		}
		if lines == 0 {
			must(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait()
	if recorded < 0 {
		t.Fatal("the job has recorded nothing")
	}
	return recorded, flushed
}

// recordUntilFull records until it fails, and checks that nothing goes on after
// that.
func recordUntilFull(path string) error {
	l, err := checkpoint.Open(path, binding, nil)
	if err != nil {
		return err
	}
	for i := int64(0); ; i++ {
		if err = l.Acknowledge(conversation(1), message(1, i)); err != nil {
			break
		}
		thread := mapping.ThreadRecord{Conversation: conversation(int(i)), Reason: strings.Repeat("x", 5000)}
		if err = l.RecordThread(thread); err != nil {
			break
		}
		fmt.Println("recorded", i)
	}
	var full *checkpoint.FileError
	if !errors.As(err, &full) || full.Op != "write" {
		return fmt.Errorf("got %T %w", err, err)
	}
	for _, again := range []error{
		l.RecordPerson(mapping.PersonRecord{}), l.Flush(),
		l.Acknowledge(conversation(1), message(1, 1<<30)), l.CloseClean(),
	} {
		if again == nil || !strings.HasSuffix(again.Error(), err.Error()) {
			return fmt.Errorf("after %w: %w", err, again)
		}
	}
	fmt.Println("full", errors.Is(err, syscall.ENOSPC), full.Hint())
	return nil
}
