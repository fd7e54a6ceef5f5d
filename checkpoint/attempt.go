package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// What is kept of attempts, at the most.
const (
	itemAttempts = 20      // of one item
	maxAttempts  = 100_000 // of all items: some 30 MB
	attemptText  = 400     // bytes of each of an attempt's texts
	attemptQueue = 1024    // may wait to be written before one of them has to wait as well
)

// attempts are those of one item, oldest first.
type attempts struct {
	Order    uint64            `json:"order"` // where the item stands in the attempt order
	Attempts []mapping.Attempt `json:"attempts"`
}

func (a attempts) counts() tally { return tally{Attempts: int64(len(a.Attempts))} }

// RecordAttempt notes a call that did not simply succeed. It goes to disk with
// the next transaction, and is not missed if a crash comes first. An attempt
// without a Thread belongs to the conversation that is its Item.
//
// The latest 20 of an item are kept, and 100,000 in all: beyond that, the item
// goes that has been quiet for the longest. Long texts are cut.
func (l *Ledger) RecordAttempt(a mapping.Attempt) error {
	for _, text := range []*string{&a.Item, &a.Operation, &a.Outcome, &a.RequestID, &a.Error} {
		*text = cutText(*text)
	}
	crowded, err := l.queueAttempt(a)
	if err != nil {
		return fmt.Errorf("record attempt of %s: %w", a.Item, err)
	}
	if crowded {
		return l.Flush()
	}
	return nil
}

// queueAttempt lets a wait to be written; crowded says that it is time to flush.
func (l *Ledger) queueAttempt(a mapping.Attempt) (crowded bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return false, l.failed
	}
	l.attempts = append(l.attempts, a)
	return len(l.attempts) >= attemptQueue, nil
}

func cutText(text string) string {
	if len(text) <= attemptText {
		return text
	}
	return strings.ToValidUTF8(text[:attemptText], "")
}

// writeAttempts brings to disk the attempts that wait.
func (l *Ledger) writeAttempts(t *transaction) error {
	l.mu.Lock()
	waiting := l.attempts
	l.attempts = nil
	l.mu.Unlock()
	if len(waiting) == 0 {
		return nil
	}
	for _, a := range waiting {
		if err := putAttempt(t, a); err != nil {
			return err
		}
	}
	return trimAttempts(t, maxAttempts)
}

// putAttempt adds a to those of its item, which is then the last in the order.
func putAttempt(t *transaction, a mapping.Attempt) error {
	key := attemptKey(a)
	before, _, err := get[attempts](t.Tx, attemptBucket, key)
	if err != nil {
		return err
	}
	if err := dropAttempts(t, key, before); err != nil {
		return err
	}
	order, err := bucketOf(t.Tx, attemptOrderBucket)
	if err != nil {
		return err
	}
	number, err := order.NextSequence()
	if err != nil {
		return err
	}
	list := append(before.Attempts, a)
	after := attempts{Order: number, Attempts: list[max(0, len(list)-itemAttempts):]}
	value, err := json.Marshal(after)
	if err != nil {
		return err
	}
	t.items = t.items.plus(after.counts())
	if err := put(t.Tx, attemptOrderBucket, numberKey(number), key); err != nil {
		return err
	}
	return put(t.Tx, attemptBucket, key, value)
}

// dropAttempts removes the attempts of an item, if it has any.
func dropAttempts(t *transaction, key []byte, a attempts) error {
	if len(a.Attempts) == 0 {
		return nil
	}
	t.items = t.items.minus(a.counts())
	if err := remove(t.Tx, attemptOrderBucket, numberKey(a.Order)); err != nil {
		return err
	}
	return remove(t.Tx, attemptBucket, key)
}

// trimAttempts drops items from the front of the order until at most that many
// attempts are kept.
func trimAttempts(t *transaction, most int64) error {
	order, err := bucketOf(t.Tx, attemptOrderBucket)
	if err != nil {
		return err
	}
	for t.now().Attempts > most {
		k, v := order.Cursor().First()
		item, err := unseal(k, v)
		if err != nil {
			return err
		}
		key := bytes.Clone(item)
		a, found, err := get[attempts](t.Tx, attemptBucket, key)
		if err == nil && !found {
			err = errOrder
		}
		if err != nil {
			return err
		}
		if err := dropAttempts(t, key, a); err != nil {
			return err
		}
	}
	return nil
}

var errOrder = errors.New("the attempts are not those of their order")

// Attempts lists what is known of the calls for an item, the SID of a message or
// conversation, oldest first. It reads all attempts that the ledger keeps. A
// failed listing yields its error once, last.
func (r *Reader) Attempts(item string) iter.Seq2[mapping.Attempt, error] {
	return func(yield func(mapping.Attempt, error) bool) {
		key := itemKey(cutText(item))
		for p, err := range r.scan(attemptBucket, nil) {
			var found attempts
			if err == nil {
				if !bytes.HasSuffix(p.key, key[:]) {
					continue
				}
				found, err = decode[attempts](p.key, p.sealed)
				err = r.store.damaged(err)
			}
			if err != nil {
				yield(mapping.Attempt{}, err)
				return
			}
			for _, a := range found.Attempts {
				if !yield(a, nil) {
					return
				}
			}
		}
	}
}

// attemptKey orders attempts by conversation, so that they can be forgotten
// with it.
func attemptKey(a mapping.Attempt) []byte {
	if a.Thread == "" {
		a.Thread = mapping.ConversationSID(a.Item)
	}
	conversation, item := conversationKey(a.Thread), itemKey(a.Item)
	return append(conversation[:], item[:]...)
}

func itemKey(item string) [16]byte {
	digest := sha256.Sum256([]byte(item))
	return [16]byte(digest[:16])
}

// checkAttempts sees that each item with attempts has its place in the order,
// and the order nothing else.
func checkAttempts(tx *bbolt.Tx) (sum tally, err error) {
	b, err := bucketOf(tx, attemptBucket)
	if err != nil {
		return sum, err
	}
	order, err := bucketOf(tx, attemptOrderBucket)
	if err != nil {
		return sum, err
	}
	places := 0
	err = eachPair(tx, b, func(k, v []byte) error {
		a, err := decode[attempts](k, v)
		if err != nil {
			return fmt.Errorf("%s: %w", attemptBucket, err)
		}
		place := numberKey(a.Order)
		item, err := unseal(place, order.Get(place))
		if err != nil || string(item) != string(k) {
			return errOrder
		}
		sum = sum.plus(a.counts())
		places++
		return nil
	})
	if err != nil {
		return sum, err
	}
	err = order.ForEach(func(_, _ []byte) error { places--; return nil })
	if err == nil && places != 0 {
		err = errOrder
	}
	return sum, err
}
