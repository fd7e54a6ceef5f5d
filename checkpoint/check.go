package checkpoint

import (
	"bytes"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Check reads the ledger through: that every value is as it was written, that
// messages join, and that the counts are those of what is there. The error is
// a *DamagedError. The ledger of ten million messages takes half a second, and
// ten times that when nothing of it is in the system's cache.
func (r *Reader) Check() error { return r.view(checkItems) }

var errCounts = errors.New("the counts are not those of the items")

func checkItems(tx *bbolt.Tx) error {
	want, err := readCounts(tx)
	if err != nil {
		return err
	}
	var got tally
	for _, f := range []func(*bbolt.Tx) (tally, error){
		checkBucket(personBucket, countPerson),
		checkBucket(threadBucket, countThread),
		checkBucket(mediaBucket, countMedia),
		checkBucket(amendedBucket, amended.counts),
		checkBucket(verifiedBucket, countVerified),
		checkBucket(runBucket, countNothing[mapping.RunRecord]),
		checkBucket(verificationBucket, countNothing[mapping.VerificationRun]),
		checkDecisions,
		checkAttempts,
		checkChunks,
		checkJournal,
	} {
		counts, err := f(tx)
		if err != nil {
			return err
		}
		got = got.plus(counts)
	}
	if got != want {
		return errCounts
	}
	return nil
}

// countNothing counts items whose absence does no harm.
func countNothing[T any](T) tally { return tally{} }

// checkBucket makes a check of the items of one kind.
func checkBucket[T any](name []byte, count func(T) tally) func(*bbolt.Tx) (tally, error) {
	return func(tx *bbolt.Tx) (sum tally, err error) {
		b, err := bucketOf(tx, name)
		if err != nil {
			return sum, err
		}
		err = eachPair(tx, b, func(k, v []byte) error {
			item, err := decode[T](k, v)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			sum = sum.plus(count(item))
			return nil
		})
		return sum, err
	}
}

// checkChunks sees that the chunks of each conversation join.
func checkChunks(tx *bbolt.Tx) (sum tally, err error) {
	b, err := bucketOf(tx, chunkBucket)
	if err != nil {
		return sum, err
	}
	var conversation []byte
	at := start
	err = eachPair(tx, b, func(k, v []byte) error {
		s, err := readChunk(k, v)
		if err != nil {
			return fmt.Errorf("%s: %w", chunkBucket, err)
		}
		c := k[:len(sidKey{})]
		if !bytes.Equal(c, conversation) {
			conversation, at = bytes.Clone(c), start
		}
		if s.from != at {
			return errGap
		}
		at = s.to
		sum = sum.plus(s.to.counts(s.from))
		return nil
	})
	return sum, err
}

// checkJournal counts the messages that only the journal holds.
func checkJournal(tx *bbolt.Tx) (sum tally, err error) {
	tails, _, err := replay(tx)
	for _, t := range tails {
		sum = sum.plus(t.acknowledged.counts(t.chunked))
	}
	return sum, err
}

var errLost = errors.New("a key is not found where it belongs")

// checkKeys looks every key up. The way there leads past everything that the pages above
// the items say, which listing the items does not.
func checkKeys(tx *bbolt.Tx) error {
	return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
		c := b.Cursor()
		return eachPair(tx, b, func(k, _ []byte) error {
			if found, _ := c.Seek(k); !bytes.Equal(found, k) {
				return fmt.Errorf("%s: %w", name, errLost)
			}
			return nil
		})
	})
}

// checkPages has bbolt look for pages that are lost, or both free and in use: a
// write would overwrite these. Nothing may be writing. Items and keys are read
// under guard before, since bbolt reads them in a goroutine of its own.
func (s *store) checkPages() error {
	return s.view(func(tx *bbolt.Tx) error {
		if err := checkKeys(tx); err != nil {
			return err
		}
		defer keepGivingBack(tx)()
		var first error
		for err := range tx.Check() {
			if first == nil {
				first = err
			}
		}
		return first
	})
}
