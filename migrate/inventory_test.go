package migrate_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// inventory remembers how much of it is on the disk.
type inventory struct {
	mu     sync.Mutex
	text   bytes.Buffer
	synced int
}

func (i *inventory) Write(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.text.Write(p)
}

func (i *inventory) Sync() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.synced = i.text.Len()
	return nil
}

// inventoryLine is a line of an inventory.
type inventoryLine struct {
	Kind         string          `json:"kind"`
	Format       string          `json:"format"`
	Conversation string          `json:"conversation"`
	Thread       string          `json:"thread"`
	By           string          `json:"by"`
	Message      json.RawMessage `json:"message"`
	Messages     int64           `json:"messages"`
	People       int64           `json:"people"`
	Deleted      bool            `json:"deleted"`
	Kept         string          `json:"kept"`
}

func (i *inventory) lines(t *testing.T) []inventoryLine {
	t.Helper()
	var out []inventoryLine
	s := bufio.NewScanner(bytes.NewReader(i.text.Bytes()))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var l inventoryLine
		must(t, json.Unmarshal(s.Bytes(), &l))
		out = append(out, l)
	}
	return out
}

// checkInventory demands that the inventory tells of every thread, and that all of
// that was on the disk.
func checkInventory(t *testing.T, inv *inventory, threads int64) {
	t.Helper()
	if inv.synced != inv.text.Len() {
		t.Errorf("%d bytes of %d are on the disk", inv.synced, inv.text.Len())
	}
	lines := inv.lines(t)
	if lines[0].Kind != "inventory" || lines[0].Format != migrate.InventoryFormat {
		t.Errorf("first line %+v", lines[0])
	}
	kinds, messages, ended := map[string]int64{}, map[string]int64{}, int64(0)
	for _, l := range lines[1:] {
		kinds[l.Kind]++
		if l.Conversation == "" || l.Thread == "" {
			t.Errorf("a line of no thread: %+v", l)
		}
		switch l.Kind {
		case "message":
			if l.By == "migration" {
				messages[l.Thread]++
			}
			if !bytes.Contains(l.Message, []byte(`"content"`)) {
				t.Errorf("a message without content: %s", l.Message)
			}
		case "end":
			ended++
			if !l.Deleted || l.People != 0 || l.Messages != messages[l.Thread] {
				t.Errorf("an end %+v after %d messages", l, messages[l.Thread])
			}
		}
	}
	if ended != threads || kinds["thread"] != threads || kinds["member"] == 0 {
		t.Errorf("lines %v of %d threads", kinds, threads)
	}
}

// Without the inventory nothing is deleted.
func TestRollbackNeedsItsInventory(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	want := w.threads()
	l := w.ledger()
	_, err := migrate.Rollback(t.Context(), w.destination(nil), l, fullDisk{}, &migrate.RollbackOptions{Embedded: true})
	must(t, l.Close())
	if !errors.Is(err, errFull) {
		t.Errorf("Rollback: %v, want %v", err, errFull)
	}
	if got := w.threads(); got != want {
		t.Error("something was deleted")
	}
}

var errFull = errors.New("the disk is full")

type fullDisk struct{}

func (fullDisk) Write(p []byte) (int, error) { return len(p), nil }
func (fullDisk) Sync() error                 { return errFull }
