package emulator

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// A messageWindow is how far earlier pages of a list have come, and the
// startTime that the first one was asked for: links repeat that in whole seconds
// only. The start is 0 before the first page.
type messageWindow struct {
	start, end millis // versions: the lowest and the highest that were shown
	from       millis
}

const (
	windowMark = 0x3e // begins an encoded window
	windowKind = 0x01 // stands between the thread's ID and the versions
)

// encode is the window as syncState of a link: in the recorded form, with the
// startTime behind it where there is one.
func (w messageWindow) encode(id threadID) string {
	b := windowPrefix(id)
	b = binary.LittleEndian.AppendUint64(b, uint64(w.start))
	b = binary.LittleEndian.AppendUint64(b, uint64(w.end))
	if w.from > 0 {
		b = binary.LittleEndian.AppendUint64(b, uint64(w.from))
	}
	return hex.EncodeToString(b)
}

func windowPrefix(id threadID) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{windowMark}, uint32(len(id)))
	return append(append(b, id...), windowKind)
}

// messageWindow is the window of the query: its syncState, else its startTime.
func (c *call) messageWindow() (messageWindow, error) {
	value := c.query.Get("syncState")
	if value == "" {
		from, err := c.startTime()
		return messageWindow{from: from}, err
	}
	b, err := hex.DecodeString(value)
	prefix := windowPrefix(c.thread)
	if err != nil || len(b) < len(prefix) || !slices.Equal(b[:len(prefix)], prefix) {
		return messageWindow{}, badSyncState()
	}
	var numbers []millis
	for rest := range slices.Chunk(b[len(prefix):], 8) {
		if len(rest) == 8 {
			numbers = append(numbers, millis(binary.LittleEndian.Uint64(rest)))
		}
	}
	numbers = append(numbers, 0, 0, 0)
	w := messageWindow{start: numbers[0], end: numbers[1], from: numbers[2]}
	if w.start <= 0 || w.end < w.start || w.from < 0 {
		return messageWindow{}, badSyncState()
	}
	return w, nil
}

func badSyncState() *refusal { return badRequest("Value for syncState is not valid.") }

// after is the window once a page, never empty, has been shown too.
func (w messageWindow) after(page []message) messageWindow {
	return messageWindow{start: page[len(page)-1].version, end: max(w.end, page[0].version), from: w.from}
}
