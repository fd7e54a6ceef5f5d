package checkpoint

import (
	"context"
	"time"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Sweep packs all conversations, as happens when the journal has grown long.
func (l *Ledger) Sweep() error {
	l.sweeping.Lock()
	defer l.sweeping.Unlock()
	return l.sweep()
}

// BeginForgetting forgets what one transaction can of a conversation.
func (l *Ledger) BeginForgetting(c mapping.ConversationSID) (done bool, err error) {
	if err := l.tidy(); err != nil {
		return false, err
	}
	return l.eraseOnce(conversationKey(c))
}

// TrimAttempts keeps at most that many attempts.
func (l *Ledger) TrimAttempts(most int64) error {
	return l.commit(func(t *transaction) error { return trimAttempts(t, most) })
}

// AttemptCount is how many attempts the ledger keeps.
func (r *Reader) AttemptCount() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts.Attempts
}

// Tails is how many conversations are held in memory.
func (r *Reader) Tails() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.tails)
}

// PackMessages packs the messages of a conversation from its beginning.
func PackMessages(messages []mapping.MessageRecord) []byte {
	s := segment{from: start, to: start}
	for _, m := range messages {
		s.packed, s.to = appendRecord(s.packed, s.to, m)
	}
	return s.append(nil)
}

// UnpackMessages reads what PackMessages has made, and again after it has been
// split and joined.
func UnpackMessages(packed []byte, split int64) ([]mapping.MessageRecord, error) {
	d := decoder{data: packed}
	s := d.segment()
	if d.err != nil {
		return nil, d.err
	}
	parts, err := s.split(split)
	if err != nil {
		return nil, err
	}
	joined := parts[0]
	for _, part := range parts[1:] {
		if joined, err = joined.join(part); err != nil {
			return nil, err
		}
	}
	var messages []mapping.MessageRecord
	for m, err := range joined.records() {
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// Fold packs the acknowledgements of a conversation.
func (l *Ledger) Fold(c mapping.ConversationSID) error {
	return l.commit(func(t *transaction) error { return l.fold(t, conversationKey(c)) })
}

// Answer puts a copy of the ledger in the place of a question.
func (l *Ledger) Answer(ctx context.Context, question string) error { return l.answer(ctx, question) }

// CheckFile sees whether the file of the ledger is still at its path.
func (r *Reader) CheckFile() error { return r.store.checkFile() }

// ReadAmended decodes a row of an amended message.
func ReadAmended(c mapping.ConversationSID, index int64, value []byte) (mapping.MessageRecord, error) {
	key := amendedKey(conversationKey(c), index)
	return readAmended(key, seal(key, value))
}

// UpgradeRow and UpgradeChunk convert rows of schema 1.
var (
	UpgradeRow   = upgradeRow
	UpgradeChunk = upgradeChunk
)

// SetSchema makes a ledger look as if another program had written it.
func SetSchema(path string, schema int) error {
	s, err := openStore(path, false, time.Second)
	if err != nil {
		return err
	}
	defer s.close()
	a, _, err := s.about()
	if err != nil {
		return err
	}
	a.Schema = schema
	return s.update(func(tx *bbolt.Tx) error { return putAbout(tx, a) })
}

// Restorable reports what is wrong with a copy.
func Restorable(path string) error {
	r, err := OpenReader(path, nil)
	if err != nil {
		return err
	}
	defer r.Close()
	return r.Check()
}

// PackRow makes a row of the journal out of packed messages.
func PackRow(conversations map[mapping.ConversationSID][]byte) []byte {
	var row []byte
	for c, packed := range conversations {
		d := decoder{data: packed}
		row = appendEntry(row, conversationKey(c), d.segment())
	}
	return row
}

// UnpackRow counts the conversations and the messages of a row of the journal.
func UnpackRow(row []byte) (conversations, messages int, err error) {
	d := decoder{data: row}
	for len(d.data) > 0 {
		_, s := d.entry()
		for _, err := range s.records() {
			if err != nil {
				return 0, 0, err
			}
			messages++
		}
		conversations++
	}
	return conversations, messages, d.err
}

// RecentItems is how many items the ledger remembers the counts of.
const RecentItems = recentItems

// MaxNotes is how many notes may wait.
const MaxNotes = maxNotes
