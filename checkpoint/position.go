package checkpoint

import (
	"encoding/binary"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// A position is where the messages of a conversation stand. Every stretch of
// records lies between two of them, which say all there is to know about it
// without reading it.
type position struct {
	index    int64                 // of the last message; -1 before the first
	messages int64                 // up to here
	stubs    int64                 // of them
	lastID   mapping.ChatMessageID // of the last message's last part
	clock    int64                 // the last ID that was a number, 0 before the first
}

// start is the position before the first message.
var start = position{index: -1}

func (p position) progress() mapping.Progress {
	return mapping.Progress{Messages: p.messages, LastIndex: p.index, LastID: p.lastID}
}

// counts is what the messages between from and p add to the counts.
func (p position) counts(from position) tally {
	return tally{Counts: mapping.Counts{Messages: p.messages - from.messages, Stubs: p.stubs - from.stubs}}
}

// append packs p. The last ID is left out where clock gives it.
func (p position) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(p.index+1))
	dst = binary.AppendUvarint(dst, uint64(p.messages))
	dst = binary.AppendUvarint(dst, uint64(p.stubs))
	dst = binary.AppendUvarint(dst, uint64(p.clock))
	if p.lastID == p.clockID() {
		return appendText(dst, "")
	}
	return appendText(dst, string(p.lastID))
}

func (p position) clockID() mapping.ChatMessageID {
	if p.messages == 0 {
		return ""
	}
	return mapping.ChatMessageID(strconv.FormatInt(p.clock, 10))
}

// position takes what append has written.
func (d *decoder) position() position {
	p := position{
		index:    d.number() - 1,
		messages: d.number(),
		stubs:    d.number(),
		clock:    d.number(),
		lastID:   mapping.ChatMessageID(d.text()),
	}
	if p.lastID == "" {
		p.lastID = p.clockID()
	}
	return p
}
