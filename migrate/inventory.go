package migrate

import (
	"bufio"
	"encoding/json"
	"io"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// InventoryFormat marks the first line of an inventory.
const InventoryFormat = "twilio2acs-inventory/v1"

// An Inventory takes what a rollback is about to delete: JSON Lines, each with the
// kind of what it describes. After a line of kind "inventory" come, for each thread,
// one of kind "thread", then "member", "receipt" and "message", the latest change
// first, and "end", which says whether the thread is deleted. Lines of several
// threads are mixed; of several for one message the last counts. An *os.File is one.
type Inventory interface {
	io.Writer
	// Sync brings what was written to the disk. It is called while Write may be, too.
	Sync() error
}

// inventory writes an Inventory. A nil one writes nothing. It is safe for
// concurrent use.
type inventory struct {
	out Inventory

	mu    sync.Mutex
	w     *bufio.Writer
	begun bool
}

func newInventory(out Inventory) *inventory {
	return &inventory{out: out, w: bufio.NewWriterSize(out, 64<<10)}
}

// inventoryError is a failure to write the inventory, without which nothing may be
// deleted.
type inventoryError struct{ err error }

func (e *inventoryError) Error() string { return "write the inventory: " + e.err.Error() }
func (e *inventoryError) Unwrap() error { return e.err }

// The lines of an inventory.
type (
	inventoryBegin struct {
		Kind   string    `json:"kind"`
		Format string    `json:"format"`
		Begun  time.Time `json:"begun"`
	}
	inventoryHead struct {
		Kind         string                  `json:"kind"`
		Conversation mapping.ConversationSID `json:"conversation"`
		Thread       mapping.ThreadID        `json:"thread"`
	}
	inventoryThread struct {
		inventoryHead
		Topic     string                      `json:"topic"`
		CreatedOn time.Time                   `json:"createdOn"`
		CreatedBy mapping.CommunicationUserID `json:"createdBy,omitempty"`
		Metadata  mapping.Metadata            `json:"metadata,omitempty"`
		Retention string                      `json:"retention,omitempty"`
	}
	inventoryMember struct {
		inventoryHead
		mapping.ChatParticipant
		HistorySince time.Time `json:"historySince,omitzero"`
	}
	inventoryReceipt struct {
		inventoryHead
		User    mapping.CommunicationUserID `json:"user"`
		Message mapping.ChatMessageID       `json:"message"`
		ReadOn  time.Time                   `json:"readOn"`
	}
	inventoryMessage struct {
		inventoryHead
		By      string          `json:"by"`
		Message json.RawMessage `json:"message"` // as ACS wrote it
	}
	inventoryEnd struct {
		inventoryHead
		Messages int64  `json:"messages"` // of this program and of people
		People   int64  `json:"people"`   // of them, those of people
		Deleted  bool   `json:"deleted"`
		Kept     string `json:"kept,omitempty"` // why it is not deleted
	}
)

// line writes a line, and before the very first one which format this is.
func (i *inventory) line(v any) error {
	if i == nil {
		return nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return &inventoryError{err}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.begun {
		i.begun = true
		begin, err := json.Marshal(inventoryBegin{"inventory", InventoryFormat, time.Now().UTC()})
		if err != nil {
			return &inventoryError{err}
		}
		text = append(append(begin, '\n'), text...)
	}
	if _, err := i.w.Write(append(text, '\n')); err != nil {
		return &inventoryError{err}
	}
	return nil
}

// sync brings every line that was written to the disk.
func (i *inventory) sync() error {
	if i == nil {
		return nil
	}
	i.mu.Lock()
	err := i.w.Flush()
	i.mu.Unlock()
	if err == nil {
		err = i.out.Sync() // not under the lock: those of several threads share the disk's work
	}
	if err != nil {
		return &inventoryError{err}
	}
	return nil
}
