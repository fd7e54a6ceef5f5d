package checkpoint

import (
	"iter"
	"strings"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Thread finds the record of a conversation; false when there is none.
func (r *Reader) Thread(c mapping.ConversationSID) (mapping.ThreadRecord, bool, error) {
	key := conversationKey(c)
	return lookup[mapping.ThreadRecord](r, threadBucket, key[:])
}

// Threads lists the records of all conversations, by SID.
func (r *Reader) Threads() iter.Seq2[mapping.ThreadRecord, error] {
	return list[mapping.ThreadRecord](r, threadBucket, nil)
}

// Conversations lists the SIDs of the conversations that have a record, in the order of
// [Reader.Threads] and at a fraction of its cost: what is in the records is not decoded.
func (r *Reader) Conversations() iter.Seq2[mapping.ConversationSID, error] {
	return func(yield func(mapping.ConversationSID, error) bool) {
		for p, err := range r.scan(threadBucket, nil) {
			var c mapping.ConversationSID
			if err == nil {
				c, err = conversationOf(p)
				err = r.store.damaged(err)
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// conversationOf is the conversation of a thread's record: its key says which, unless
// it is a digest.
func conversationOf(p pair) (mapping.ConversationSID, error) {
	if digits, ok := packedDigits(p.key); ok {
		_, err := unseal(p.key, p.sealed)
		return mapping.ConversationSID(unpackSID("CH", digits)), err
	}
	t, err := decode[struct {
		Conversation mapping.ConversationSID `json:"conversation"`
	}](p.key, p.sealed)
	return t.Conversation, err
}

// ThreadsNamed lists the records of the conversations whose SID begins with begin.
// Among SIDs of the usual form it costs what it finds, however many others there are.
func (r *Reader) ThreadsNamed(begin string) iter.Seq2[mapping.ThreadRecord, error] {
	return func(yield func(mapping.ThreadRecord, error) bool) {
		for _, prefix := range sidPrefixes("CH", begin) {
			for t, err := range list[mapping.ThreadRecord](r, threadBucket, prefix) {
				if err == nil && !strings.HasPrefix(string(t.Conversation), begin) {
					continue
				}
				if !yield(t, err) || err != nil {
					return
				}
			}
		}
	}
}

// RecordThread replaces the record of a conversation. It is on disk on return,
// with everything that was acknowledged before.
func (l *Ledger) RecordThread(t mapping.ThreadRecord) error {
	w, err := threadWrite(conversationKey(t.Conversation), t)
	if err != nil {
		return err
	}
	return l.commit(w)
}

func threadWrite(key sidKey, t mapping.ThreadRecord) (write, error) {
	return recording(threadBucket, key[:], t, threadPart{t.Thread, t.Participants}, countThread)
}

// threadPart is what of a conversation's record counts.
type threadPart struct {
	Thread       mapping.ThreadID `json:"thread"`
	Participants int              `json:"participants"`
}

func countThread(t threadPart) tally {
	if t.Thread == "" {
		return tally{}
	}
	return tally{Counts: mapping.Counts{Conversations: 1, Participants: int64(t.Participants)}}
}
