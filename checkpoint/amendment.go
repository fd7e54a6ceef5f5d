package checkpoint

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// An amended message is one as it stands since it was sent. It has a row of its
// own: there are few of them, and what is packed stays as it was.
type amended struct {
	SID       mapping.MessageSID      `json:"sid"`
	Source    string                  `json:"source"` // hexadecimal
	Stub      bool                    `json:"stub,omitempty"`
	IDs       []mapping.ChatMessageID `json:"ids"`
	Amendment *mapping.Amendment      `json:"amendment,omitempty"`

	// Packed says that the message was acknowledged in order, and PackedStub
	// that it was a stub then: what the packed record counts for.
	Packed     bool `json:"packed,omitempty"`
	PackedStub bool `json:"packedStub,omitempty"`
}

// Amend replaces the record of a message that was acknowledged before, even if
// only just now, or adds that of a late one: its index lies below the last one
// acknowledged, nothing was acknowledged under it, and its Amendment says Late.
// A late message does not move [Reader.Progress]. The amendment is on disk on
// return, with everything that was acknowledged before.
func (l *Ledger) Amend(c mapping.ConversationSID, m mapping.MessageRecord) error {
	a, err := l.amendment(conversationKey(c), m)
	if err == nil {
		err = record(l, amendedBucket, amendedKey(conversationKey(c), m.Index), a, a, amended.counts)
	}
	if err != nil {
		return fmt.Errorf("amend message %d of %s: %w", m.Index, c, err)
	}
	return nil
}

var errNotAcknowledged = errors.New("it has not been acknowledged")

// amendment is what is to be written of m.
func (l *Ledger) amendment(c sidKey, m mapping.MessageRecord) (amended, error) {
	if err := checkMessage(m); err != nil {
		return amended{}, err
	}
	packed, found, err := l.acknowledged(c, m.Index)
	if err != nil {
		return amended{}, err
	}
	if !found {
		end, err := l.rest(c)
		if err != nil {
			return amended{}, err
		}
		if m.Amendment == nil || !m.Amendment.Late || m.Index < 0 || m.Index > end.to.index {
			return amended{}, errNotAcknowledged
		}
	}
	return amended{
		SID: m.SID, Source: hex.EncodeToString(m.Source[:]), Stub: m.Stub, IDs: m.IDs, Amendment: m.Amendment,
		Packed: found, PackedStub: packed.Stub,
	}, nil
}

// acknowledged finds the record of an index as it was acknowledged.
func (r *Reader) acknowledged(c sidKey, index int64) (m mapping.MessageRecord, found bool, err error) {
	rest, err := r.rest(c)
	if err != nil {
		return m, false, err
	}
	if index > rest.from.index {
		m, found, err = rest.find(index)
		return m, found, r.store.damaged(err)
	}
	err = r.view(func(tx *bbolt.Tx) error {
		chunk, there, err := chunkOf(tx, c, index)
		if err == nil && there {
			m, found, err = chunk.find(index)
		}
		return err
	})
	return m, found, err
}

// counts is what a changes of what the packed records count for.
func (a amended) counts() tally {
	return tally{
		Counts:  subtract(messageCounts(!a.deleted(), a.Stub), messageCounts(a.Packed, a.PackedStub)),
		Amended: 1,
	}
}

func (a amended) deleted() bool { return a.Amendment != nil && a.Amendment.Deleted }

// messageCounts is what one message counts for, if it is there.
func messageCounts(there, stub bool) (c mapping.Counts) {
	if there {
		c.Messages = 1
		if stub {
			c.Stubs = 1
		}
	}
	return c
}

// record is a as its users know it.
func (a amended) record(index int64) (mapping.MessageRecord, error) {
	m := mapping.MessageRecord{Index: index, SID: a.SID, Stub: a.Stub, IDs: a.IDs, Amendment: a.Amendment}
	source, err := hex.DecodeString(a.Source)
	if err != nil || len(source) != len(m.Source) || len(a.IDs) == 0 || index < 0 || index > maxIndex {
		return m, errAmended
	}
	copy(m.Source[:], source)
	return m, nil
}

var errAmended = errors.New("an amended message cannot be read")

// amendedKey orders the amended messages of a conversation by index.
func amendedKey(c sidKey, index int64) []byte {
	return binary.BigEndian.AppendUint64(c[:], uint64(index))
}

// amendments lists the amended messages of a conversation, ascending.
func (r *Reader) amendments(c sidKey) iter.Seq2[mapping.MessageRecord, error] {
	return func(yield func(mapping.MessageRecord, error) bool) {
		for p, err := range r.scan(amendedBucket, c[:]) {
			var m mapping.MessageRecord
			if err == nil {
				m, err = readAmended(p.key, p.sealed)
				err = r.store.damaged(err)
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// readAmended decodes a row of the amended messages.
func readAmended(key, sealed []byte) (mapping.MessageRecord, error) {
	a, err := decode[amended](key, sealed)
	if err != nil || len(key) != len(sidKey{})+8 {
		return mapping.MessageRecord{}, cmp.Or(err, errAmended)
	}
	return a.record(int64(binary.BigEndian.Uint64(key[len(sidKey{}):])))
}

// merge replaces the packed messages that were amended, and puts the late ones
// where their index is. What follows the last packed one was acknowledged
// after the listing began, and is left out.
func merge(packed, amended iter.Seq2[mapping.MessageRecord, error]) iter.Seq2[mapping.MessageRecord, error] {
	return func(yield func(mapping.MessageRecord, error) bool) {
		next, stop := iter.Pull2(amended)
		defer stop()
		a, failed, more := next()
		for m, err := range packed {
			for err == nil && failed == nil && more && a.Index < m.Index {
				if !yield(a, nil) {
					return
				}
				a, failed, more = next()
			}
			err = cmp.Or(err, failed)
			if err == nil && more && a.Index == m.Index {
				m = a
				a, failed, more = next()
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
		if failed != nil {
			yield(mapping.MessageRecord{}, failed)
		}
	}
}
