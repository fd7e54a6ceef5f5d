package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// The flags of a packed record, in the low bits of its first number; the gap
// of indexes since the record before is above them.
const (
	flagStub      = 1 << iota
	flagTextSID   // the SID is not of the usual form and stands as text
	flagIrregular // several parts, or an ID that is no number
	flagBits      = iota
)

// maxIndex is the highest index that can be packed. Twilio's are far below.
const maxIndex = 1<<60 - 1

// appendRecord packs m, which comes after p, and says where it leads. A usual
// record takes 36 bytes: flags and gap 1, SID 16, source 16, time since the ID
// before 3.
func appendRecord(dst []byte, p position, m mapping.MessageRecord) ([]byte, position) {
	digits, usual := packSID("IM", string(m.SID))
	clock, regular := clockOf(m.IDs[0])
	regular = regular && len(m.IDs) == 1
	head := uint64(m.Index-p.index-1) << flagBits
	if m.Stub {
		head |= flagStub
		p.stubs++
	}
	if !usual {
		head |= flagTextSID
	}
	if !regular {
		head |= flagIrregular
	}
	dst = binary.AppendUvarint(dst, head)
	if usual {
		dst = append(dst, digits[:]...)
	} else {
		dst = appendText(dst, string(m.SID))
	}
	dst = append(dst, m.Source[:]...)
	p.index = m.Index
	p.messages++
	p.lastID = m.IDs[len(m.IDs)-1]
	if !regular {
		return appendIDs(dst, p, m.IDs)
	}
	dst = binary.AppendVarint(dst, clock-p.clock)
	p.clock = clock
	return dst, p
}

// appendIDs packs the IDs of an irregular record.
func appendIDs(dst []byte, p position, ids []mapping.ChatMessageID) ([]byte, position) {
	dst = binary.AppendUvarint(dst, uint64(len(ids)))
	for _, id := range ids {
		clock, ok := clockOf(id)
		if !ok { // never empty, so that an empty text can stand for a number
			dst = appendText(dst, string(id))
			continue
		}
		dst = binary.AppendVarint(appendText(dst, ""), clock-p.clock)
		p.clock = clock
	}
	return dst, p
}

// record takes the record after p, and says where it leads.
func (d *decoder) record(p position) (mapping.MessageRecord, position) {
	head := d.uvarint()
	m := mapping.MessageRecord{Index: p.index + 1 + int64(head>>flagBits), Stub: head&flagStub != 0}
	if head&flagTextSID != 0 {
		m.SID = mapping.MessageSID(d.text())
	} else {
		m.SID = mapping.MessageSID(unpackSID("IM", d.bytes(16)))
	}
	if d.halfDigests {
		d.bytes(uint64(len(m.Source) / 2))
	} else {
		copy(m.Source[:], d.bytes(uint64(len(m.Source))))
	}
	if head&flagIrregular != 0 {
		m.IDs = d.ids(&p)
	} else {
		m.IDs = []mapping.ChatMessageID{d.clock(&p)}
	}
	if m.Index < 0 || m.Index > maxIndex {
		d.fail()
	}
	if d.err != nil {
		return mapping.MessageRecord{}, p
	}
	p.index = m.Index
	p.messages++
	p.lastID = m.IDs[len(m.IDs)-1]
	if m.Stub {
		p.stubs++
	}
	return m, p
}

// ids takes the IDs of an irregular record.
func (d *decoder) ids(p *position) []mapping.ChatMessageID {
	n := d.uvarint()
	if n == 0 || n > uint64(len(d.data)) { // each takes a byte at least
		d.fail()
		return nil
	}
	ids := make([]mapping.ChatMessageID, n)
	for i := range ids {
		if ids[i] = mapping.ChatMessageID(d.text()); ids[i] == "" {
			ids[i] = d.clock(p)
		}
	}
	return ids
}

func (d *decoder) clock(p *position) mapping.ChatMessageID {
	p.clock += d.varint()
	if p.clock < 0 {
		d.fail()
	}
	return mapping.ChatMessageID(strconv.FormatInt(p.clock, 10))
}

// clockOf reads an ID that is a number written the usual way, as all of ACS's
// are.
func clockOf(id mapping.ChatMessageID) (int64, bool) {
	if id != "0" && (id == "" || id[0] < '1' || id[0] > '9') {
		return 0, false
	}
	n, err := strconv.ParseInt(string(id), 10, 64)
	return n, err == nil
}

var (
	errNoID         = errors.New("it has no ACS message ID")
	errAmendedEarly = errors.New("it is amended before it was acknowledged")
)

// checkRecord refuses what cannot come after p.
func checkRecord(p position, m mapping.MessageRecord) error {
	if m.Index <= p.index {
		return fmt.Errorf("its index is not above that of the last one, %d", p.index)
	}
	if m.Amendment != nil {
		return errAmendedEarly
	}
	return checkMessage(m)
}

// checkMessage refuses what cannot be kept of any message.
func checkMessage(m mapping.MessageRecord) error {
	if m.Index > maxIndex {
		return fmt.Errorf("an index is at most %d", int64(maxIndex))
	}
	if len(m.IDs) == 0 {
		return errNoID
	}
	for _, id := range m.IDs {
		if id == "" {
			return errNoID
		}
	}
	return nil
}
