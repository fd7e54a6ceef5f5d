package migrate

import (
	"iter"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// known walks the ledger's messages of one conversation beside the source's:
// both ascend by index.
type known struct {
	next func() (mapping.MessageRecord, error, bool)
	stop func()
	cur  mapping.MessageRecord
	has  bool

	after int64
	below int64 // messages at or below after, which are not compared
	gone  int64 // in the ledger, but no longer in the source
	// leave is told of each that is gone; nil if nobody asks.
	leave func(mapping.MessageRecord)
}

// newKnown walks the records of a conversation that stands at progress, to compare those
// above after. Where there are none it reads nothing, and counts none below.
func newKnown(ledger LedgerReader, c mapping.ConversationSID, progress mapping.Progress, after int64) *known {
	k := &known{next: noRecord, stop: func() {}, after: after}
	if progress.LastIndex > after {
		k.next, k.stop = iter.Pull2(ledger.Messages(c))
	}
	return k
}

// at finds the record with that index. Indexes asked for must ascend.
func (k *known) at(index int64) (mapping.MessageRecord, bool, error) {
	for {
		if k.has && k.cur.Index >= index {
			if k.cur.Index > index {
				return mapping.MessageRecord{}, false, nil
			}
			k.has = false
			return k.cur, true, nil
		}
		if k.has {
			k.passed(k.cur)
			k.has = false
		}
		rec, err, ok := k.next()
		if err != nil {
			return rec, false, err
		}
		if !ok {
			k.release()
			return rec, false, nil
		}
		k.cur, k.has = rec, true
	}
}

// release gives up what reading the ledger took: a conversation may go on for long
// after the last record.
func (k *known) release() {
	k.stop()
	k.next, k.stop = noRecord, func() {}
}

func noRecord() (rec mapping.MessageRecord, err error, ok bool) { return rec, nil, false }

// passed notes a record that the source has nothing for.
func (k *known) passed(rec mapping.MessageRecord) {
	if rec.Amendment != nil && rec.Amendment.Deleted {
		return
	}
	if rec.Index <= k.after {
		k.below++
		return
	}
	k.gone++
	if k.leave != nil {
		k.leave(rec)
	}
}

// rest walks to the end and returns how many messages are gone at the source.
func (k *known) rest() (int64, error) {
	_, _, err := k.at(endOfTime)
	return k.gone, err
}
