package checkpoint

import (
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Verification is what the latest verification of a conversation's thread found;
// false when there was none.
func (r *Reader) Verification(c mapping.ConversationSID) (mapping.VerificationRecord, bool, error) {
	key := conversationKey(c)
	return lookup[mapping.VerificationRecord](r, verifiedBucket, key[:])
}

// LastVerification is the latest verification as a whole; false when there was
// none.
func (r *Reader) LastVerification() (run mapping.VerificationRun, found bool, err error) {
	err = r.view(func(tx *bbolt.Tx) error {
		run, found, err = last[mapping.VerificationRun](tx, verificationBucket)
		return err
	})
	return run, found, err
}

// BeginVerification opens the next verification and says its number, from 1. It
// is on disk on return.
func (l *Ledger) BeginVerification(now time.Time) (number int, err error) {
	err = l.commit(func(t *transaction) error {
		before, _, err := last[mapping.VerificationRun](t.Tx, verificationBucket)
		if err != nil {
			return err
		}
		number = before.Number + 1
		return putVerification(t, mapping.VerificationRun{Number: number, Began: now})
	})
	return number, err
}

// RecordVerification replaces what is known of the verification of a thread. It
// is on disk on return.
func (l *Ledger) RecordVerification(v mapping.VerificationRecord) error {
	key := conversationKey(v.Conversation)
	return record(l, verifiedBucket, key[:], v, verificationPart{}, countVerified)
}

// EndVerification notes that verification number, which must be the latest one,
// has come to its end, and the digest over all it found. It is on disk on return.
func (l *Ledger) EndVerification(number int, digest string, now time.Time) error {
	run, found, err := l.LastVerification()
	if err != nil {
		return err
	}
	if !found || run.Number != number {
		return fmt.Errorf("end verification %d: the latest one is %d", number, run.Number)
	}
	run.Ended, run.Digest = now, digest
	return l.commit(func(t *transaction) error { return putVerification(t, run) })
}

func putVerification(t *transaction, run mapping.VerificationRun) error {
	value, err := json.Marshal(run)
	if err != nil {
		return err
	}
	return put(t.Tx, verificationBucket, numberKey(uint64(run.Number)), value)
}

// verificationPart is what of a verification's record counts: that it is there.
type verificationPart struct{}

func countVerified(verificationPart) tally { return tally{Verified: 1} }
