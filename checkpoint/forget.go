package checkpoint

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// forgetRows is how many rows one transaction forgets at the most.
const forgetRows = 256

// Forget removes all that is known of a conversation: its thread, messages,
// files, attempts and verification. What it became in ACS must be gone by then.
// Nothing may be recorded of the conversation meanwhile; messages of it are
// refused.
//
// A conversation of some hundred rows goes in one transaction. A larger one goes
// piece by piece, the thread first: if that is cut off, Open finishes it before
// anybody can take what is left for progress.
func (l *Ledger) Forget(c mapping.ConversationSID) error {
	key := conversationKey(c)
	l.setForgetting(key, true)
	defer l.setForgetting(key, false)
	// What a row of the journal says of one conversation cannot be removed from
	// it: a replay would bring it back.
	err := l.tidy()
	if err == nil {
		err = l.erase(key)
	}
	if err != nil {
		return fmt.Errorf("forget conversation %s: %w", c, err)
	}
	return nil
}

// ForgetPerson removes what is known of a person. It is gone from the disk on
// return.
func (l *Ledger) ForgetPerson(k mapping.PersonKey) error {
	key := personKey(k)
	return l.commit(func(t *transaction) error {
		_, err := erase(t, personBucket, key, countPerson)
		return err
	})
}

func (l *Ledger) setForgetting(c sidKey, on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !on {
		delete(l.forgetting, c)
		return
	}
	if l.forgetting == nil {
		l.forgetting = make(map[sidKey]bool)
	}
	l.forgetting[c] = true
}

// erase removes the rows of a conversation of which the journal holds nothing.
func (l *Ledger) erase(c sidKey) error {
	for {
		if done, err := l.eraseOnce(c); done || err != nil {
			return err
		}
	}
}

// eraseOnce removes what fits into one transaction, and notes whether more is
// left.
func (l *Ledger) eraseOnce(c sidKey) (done bool, err error) {
	err = l.commit(func(t *transaction) (err error) {
		if done, err = eraseSome(t, c); err != nil {
			return err
		}
		t.after = append(t.after, func() { delete(l.tails, c) })
		if done {
			return remove(t.Tx, forgettingBucket, c[:])
		}
		return put(t.Tx, forgettingBucket, c[:], nil)
	})
	return done, err
}

// eraseSome removes what fits into a transaction; done says that it was the
// rest. Chunks go last, so that a message is there as long as its amendment.
func eraseSome(t *transaction, c sidKey) (done bool, err error) {
	left := forgetRows
	for _, f := range []func(*transaction, []byte, int) (int, error){
		eraser(threadBucket, countThread),
		eraser(verifiedBucket, countVerified),
		eraser(mediaBucket, countMedia),
		eraser(amendedBucket, amended.counts),
		eraseAttempts,
		eraseChunks,
	} {
		n, err := f(t, c[:], left)
		if left -= n; left == 0 || err != nil {
			return false, err
		}
	}
	return true, nil
}

// eraser makes a function that removes items of one kind under a prefix, and
// says how many it has removed.
func eraser[T any](bucket []byte, count func(T) tally) func(*transaction, []byte, int) (int, error) {
	return func(t *transaction, prefix []byte, most int) (int, error) {
		keys, err := lastKeys(t.Tx, bucket, prefix, most)
		if err != nil {
			return 0, err
		}
		for _, key := range keys {
			if _, err := erase(t, bucket, key, count); err != nil {
				return 0, err
			}
		}
		return len(keys), nil
	}
}

// erase removes an item and what it counts for; found is false when there is
// none.
func erase[T any](t *transaction, bucket, key []byte, count func(T) tally) (found bool, err error) {
	item, found, err := get[T](t.Tx, bucket, key)
	if err != nil || !found {
		return false, err
	}
	t.items = t.items.minus(count(item))
	t.recent.forget(bucket, key)
	return true, remove(t.Tx, bucket, key)
}

func eraseAttempts(t *transaction, prefix []byte, most int) (int, error) {
	keys, err := lastKeys(t.Tx, attemptBucket, prefix, most)
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		a, _, err := get[attempts](t.Tx, attemptBucket, key)
		if err != nil {
			return 0, err
		}
		if err := dropAttempts(t, key, a); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

// eraseChunks removes chunks from the end, so that those left still join.
func eraseChunks(t *transaction, prefix []byte, most int) (int, error) {
	keys, err := lastKeys(t.Tx, chunkBucket, prefix, most)
	if err != nil {
		return 0, err
	}
	b, err := bucketOf(t.Tx, chunkBucket)
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		s, err := readChunk(key, b.Get(key))
		if err != nil {
			return 0, err
		}
		t.items = t.items.minus(s.to.counts(s.from))
		if err := b.Delete(key); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

// lastKeys copies the last keys of a bucket under a prefix, the very last first.
func lastKeys(tx *bbolt.Tx, bucket, prefix []byte, most int) (keys [][]byte, err error) {
	b, err := bucketOf(tx, bucket)
	if err != nil {
		return nil, err
	}
	c := b.Cursor()
	before := c.Prev
	if k, _ := c.Seek(following(prefix)); k == nil {
		before = c.Last
	}
	for k, _ := before(); bytes.HasPrefix(k, prefix) && len(keys) < most; k, _ = c.Prev() {
		keys = append(keys, bytes.Clone(k))
	}
	return keys, nil
}

// following is the first key after all that begin with prefix.
func following(prefix []byte) []byte {
	key := bytes.Clone(prefix)
	for i := len(key) - 1; i >= 0; i-- {
		if key[i]++; key[i] != 0 {
			break
		}
	}
	return key
}

// finishForgetting removes what is left of conversations whose forgetting was
// cut off.
func (l *Ledger) finishForgetting() error {
	for p, err := range l.scan(forgettingBucket, nil) {
		if err != nil {
			return err
		}
		if _, err := unseal(p.key, p.sealed); err != nil || len(p.key) != len(sidKey{}) {
			return l.store.damaged(errSeal)
		}
		if err := l.erase(sidKey(p.key)); err != nil {
			return err
		}
	}
	return nil
}
