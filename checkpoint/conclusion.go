package checkpoint

import (
	"iter"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// maxConclusions is how many conclusions may wait to be written before one of them has
// to wait as well. A transaction needs room in the file for all that it rewrites, some
// two pages each, beside what was there.
const maxConclusions = 64

// A conclusion waits to be written.
type conclusion struct {
	key     sidKey
	replace write // puts the record
}

// Conclude replaces the record of a conversation that is done for now, and packs its
// acknowledgements. It goes to disk with the next transaction, after all that was
// acknowledged before, and is seen at once: many are written together that way.
// Nothing is lost if a crash comes first, since all that it says is seen again when
// the conversation is gone on with from its acknowledgements.
func (l *Ledger) Conclude(t mapping.ThreadRecord) error {
	key := conversationKey(t.Conversation)
	replace, err := threadWrite(key, t)
	if err != nil {
		return err
	}
	crowded, err := l.queueConclusion(conclusion{key, replace})
	if err != nil || !crowded {
		return err
	}
	return l.commit(nil)
}

// queueConclusion lets c wait to be written; crowded says that it is time to flush.
func (l *Ledger) queueConclusion(c conclusion) (crowded bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return false, l.failed
	}
	l.concluded = append(l.concluded, c)
	return len(l.concluded) >= maxConclusions, nil
}

// writeConclusions brings to disk the conclusions that wait. They go on waiting until
// they are there, so that whoever reads knows of them.
func (l *Ledger) writeConclusions(t *transaction) error {
	l.mu.Lock()
	concluded := l.concluded
	l.mu.Unlock()
	for _, c := range concluded {
		if err := l.fold(t, c.key); err != nil {
			return err
		}
		if err := c.replace(t); err != nil {
			return err
		}
	}
	t.after = append(t.after, func() { l.concluded = slices.Delete(l.concluded, 0, len(concluded)) })
	return nil
}

// settle brings to disk the conclusions that wait of the conversations that match.
func (l *Ledger) settle(match func(conclusion) bool) error {
	l.mu.Lock()
	waits := slices.ContainsFunc(l.concluded, match)
	l.mu.Unlock()
	if !waits {
		return nil
	}
	return l.commit(nil)
}

func anyConclusion(conclusion) bool { return true }

// settled is what list yields once all conclusions are on disk.
func settled[T any](l *Ledger, list iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if err := l.settle(anyConclusion); err != nil {
			var none T
			yield(none, err)
			return
		}
		list(yield)
	}
}

// Thread is [Reader.Thread], conclusions that wait included.
func (l *Ledger) Thread(c mapping.ConversationSID) (mapping.ThreadRecord, bool, error) {
	key := conversationKey(c)
	if err := l.settle(func(c conclusion) bool { return c.key == key }); err != nil {
		return mapping.ThreadRecord{}, false, err
	}
	return l.Reader.Thread(c)
}

// Threads is [Reader.Threads], conclusions that wait included.
func (l *Ledger) Threads() iter.Seq2[mapping.ThreadRecord, error] {
	return settled(l, l.Reader.Threads())
}

// ThreadsNamed is [Reader.ThreadsNamed], conclusions that wait included.
func (l *Ledger) ThreadsNamed(begin string) iter.Seq2[mapping.ThreadRecord, error] {
	return settled(l, l.Reader.ThreadsNamed(begin))
}

// Conversations is [Reader.Conversations], conclusions that wait included.
func (l *Ledger) Conversations() iter.Seq2[mapping.ConversationSID, error] {
	return settled(l, l.Reader.Conversations())
}

// Counts is [Reader.Counts], conclusions that wait included.
func (l *Ledger) Counts() (mapping.Counts, error) {
	if err := l.settle(anyConclusion); err != nil {
		return mapping.Counts{}, err
	}
	return l.Reader.Counts()
}
