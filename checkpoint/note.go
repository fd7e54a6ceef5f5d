package checkpoint

import (
	"iter"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// maxNotes is how many notes may wait to be written before whoever makes one waits for
// all of them. A transaction needs room in the file for all that it rewrites, some two
// pages each, beside what was there.
const maxNotes = 64

// A note waits to be written.
type note struct {
	key     sidKey
	replace write // puts the record
}

// NoteThread replaces the record of one conversation, and packs its acknowledgements. It
// goes to disk with the next transaction, after all that was acknowledged before, and is
// seen at once: many are written together that way. It is for what may be lost in a
// crash, since whoever goes on with the conversation finds it out again: that its first
// members are there, that it is done for now.
func (l *Ledger) NoteThread(t mapping.ThreadRecord) error {
	key := conversationKey(t.Conversation)
	replace, err := threadWrite(key, t)
	if err != nil {
		return err
	}
	crowded, err := l.queueNote(note{key, replace})
	if err != nil || !crowded {
		return err
	}
	return l.commit(nil)
}

// queueNote lets n wait to be written; crowded says that it is time to flush.
func (l *Ledger) queueNote(n note) (crowded bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return false, l.failed
	}
	l.noted = append(l.noted, n)
	return len(l.noted) >= maxNotes, nil
}

// writeNotes brings to disk the notes that wait. They go on waiting until
// they are there, so that whoever reads knows of them.
func (l *Ledger) writeNotes(t *transaction) error {
	l.mu.Lock()
	noted := l.noted
	l.mu.Unlock()
	for _, n := range noted {
		if err := l.fold(t, n.key); err != nil {
			return err
		}
		if err := n.replace(t); err != nil {
			return err
		}
	}
	t.after = append(t.after, func() { l.noted = slices.Delete(l.noted, 0, len(noted)) })
	return nil
}

// settle brings to disk the notes that wait of the conversations that match.
func (l *Ledger) settle(match func(note) bool) error {
	l.mu.Lock()
	waits := slices.ContainsFunc(l.noted, match)
	l.mu.Unlock()
	if !waits {
		return nil
	}
	return l.commit(nil)
}

func anyNote(note) bool { return true }

// settled is what list yields once all notes are on disk.
func settled[T any](l *Ledger, list iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if err := l.settle(anyNote); err != nil {
			var none T
			yield(none, err)
			return
		}
		list(yield)
	}
}

// Thread is [Reader.Thread], notes that wait included.
func (l *Ledger) Thread(c mapping.ConversationSID) (mapping.ThreadRecord, bool, error) {
	key := conversationKey(c)
	if err := l.settle(func(n note) bool { return n.key == key }); err != nil {
		return mapping.ThreadRecord{}, false, err
	}
	return l.Reader.Thread(c)
}

// Threads is [Reader.Threads], notes that wait included.
func (l *Ledger) Threads() iter.Seq2[mapping.ThreadRecord, error] {
	return settled(l, l.Reader.Threads())
}

// ThreadsNamed is [Reader.ThreadsNamed], notes that wait included.
func (l *Ledger) ThreadsNamed(begin string) iter.Seq2[mapping.ThreadRecord, error] {
	return settled(l, l.Reader.ThreadsNamed(begin))
}

// Conversations is [Reader.Conversations], notes that wait included.
func (l *Ledger) Conversations() iter.Seq2[mapping.ConversationSID, error] {
	return settled(l, l.Reader.Conversations())
}

// Counts is [Reader.Counts], notes that wait included.
func (l *Ledger) Counts() (mapping.Counts, error) {
	if err := l.settle(anyNote); err != nil {
		return mapping.Counts{}, err
	}
	return l.Reader.Counts()
}
