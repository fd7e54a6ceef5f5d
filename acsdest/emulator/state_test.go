package emulator_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
)

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir, nil)
	c := client{t, s}
	u := c.user()
	created := c.do("POST", "/chat/threads", u.token, `{"topic":"t"}`, "repeatability-request-id", "key")
	thread := created.text("chatThread.id")
	id := c.send(u, thread, "x")
	c.do("PATCH", "/chat/threads/"+thread+"/messages/"+id, u.token, `{"content":"y"}`)
	before := c.messages(u, thread, "200")
	resource, key := s.ResourceID(), s.AccessKey()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.try("GET", "/chat/threads", u.token, ""); err != nil {
		t.Errorf("call after Close: %v; want an answer", err)
	}

	s = openIn(t, dir, nil)
	c = client{t, s}
	if s.ResourceID() != resource || s.AccessKey() != key {
		t.Error("resource or access key changed with a restart")
	}
	if diff := cmp.Diff(c.messages(u, thread, "200"), before); diff != "" {
		t.Errorf("messages after a restart, got - want +:\n%s", diff)
	}
	again := c.do("POST", "/chat/threads", u.token, `{"topic":"t"}`, "repeatability-request-id", "key")
	if again.raw != created.raw {
		t.Errorf("creation repeated after a restart = %s; want %s", again.raw, created.raw)
	}
	if later := c.send(u, thread, "z"); later <= id {
		t.Errorf("ID after a restart = %s; want more than %s", later, id)
	}
	stats, err := s.Stats()
	if err != nil || stats.BillableSends != 2 || stats.Identities != 1 || stats.Threads != 1 {
		t.Errorf("Stats = %+v, %v; want 2 sends, 1 identity and 1 thread ever", stats, err)
	}
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	openIn(t, dir, nil)
	began := time.Now()
	_, err := emulator.Open(dir, nil)
	var locked *emulator.LockedError
	if !errors.As(err, &locked) || locked.Dir != dir || locked.Hint() == "" {
		t.Errorf("second Open = %v; want a LockedError with a hint", err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("second Open took %v; want an answer at once", took)
	}
}

func TestForeignFile(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"not a data file": func(t *testing.T, path string) {
			if err := os.WriteFile(path, make([]byte, 64<<10), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"of another format": func(t *testing.T, path string) {
			openIn(t, filepath.Dir(path), nil).Close()
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := db.Update(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("99"))
			}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			spoil(t, filepath.Join(dir, "acs.db"))
			_, err := emulator.Open(dir, nil)
			var format *emulator.FormatError
			if !errors.As(err, &format) || format.Hint() == "" {
				t.Errorf("Open = %v; want a FormatError with a hint", err)
			}
		})
	}
	if _, err := emulator.Open(filepath.Join(os.DevNull, "x"), nil); err == nil {
		t.Error("Open below a file succeeded")
	}
}

// victimDir names the directory of the server that TestKilled kills.
const victimDir = "EMULATOR_TEST_VICTIM"

// TestVictim is the process that TestKilled kills: it sends as fast as it can
// and prints every acknowledged ID.
func TestVictim(t *testing.T) {
	dir := os.Getenv(victimDir)
	if dir == "" {
		t.Skip("runs as a process of TestKilled alone")
	}
	c := client{t, openIn(t, dir, nil)}
	u := c.user()
	thread := c.thread("t", u)
	fmt.Printf("%s\n%s\n", thread, u.token)
	var out sync.Mutex
	var g sync.WaitGroup
	for range 20 {
		g.Go(func() {
			for {
				id := c.send(u, thread, "x")
				out.Lock()
				fmt.Println(id)
				out.Unlock()
			}
		})
	}
	g.Wait()
}

// TestKilled kills a server in the middle of its work and checks that all it
// acknowledged is there.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	victim := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestVictim$")
	victim.Env = append(os.Environ(), victimDir+"="+dir)
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var said []string
	for lines.Scan() {
		if said = append(said, lines.Text()); len(said) == 500 {
			victim.Process.Kill()
		}
	}
	victim.Wait() // says that it was killed
	if len(said) < 500 {
		t.Fatalf("victim said no more than %q", said)
	}
	c := client{t, openIn(t, dir, nil)}
	u, thread := user{token: said[1]}, said[0]
	found := make(map[string]bool)
	for _, id := range field(c.messages(u, thread, "200"), "id") {
		found[id] = true
	}
	for _, id := range said[2 : len(said)-1] { // the last line may be cut
		if !found[id] {
			t.Errorf("acknowledged message %s is gone", id)
		}
	}
	if len(found) < 500 {
		t.Errorf("%d messages; want at least 500", len(found))
	}
}
