package migrate

import "github.com/twilio2acs/twilio2acs/mapping"

// verifiedBefore reports whether the interrupted verification that this one goes
// on with found the thread as it should be, and counts it if so.
func (t *verified) verifiedBefore() (bool, error) {
	if !t.opts.Resume || t.rec.Status != mapping.StatusDone {
		return false, nil
	}
	v, found, err := t.ledger.Verification(t.c.SID)
	if err != nil {
		return false, ledgerFailure(err)
	}
	if !found || v.Verification != t.number || v.Differences+int(v.Pending) > 0 || t.opts.AsAll && !v.AsAll {
		return false, nil
	}
	known, err := t.ledgerDigest(t.rec, func(mapping.MessageRecord) {})
	if err != nil || known != v.Ledger {
		return false, err
	}
	return true, t.countBefore(v)
}

// countBefore counts what was found then.
func (t *verified) countBefore(v mapping.VerificationRecord) error {
	participants := int64(t.rec.Participants)
	t.sum = Summary{
		Conversations: Tally{Total: 1, Unchanged: 1},
		Participants:  Tally{Total: participants, Unchanged: participants},
		Messages:      Tally{Total: v.Messages, Unchanged: v.Messages},
	}
	for rec, err := range t.ledger.MediaOf(t.c.SID) {
		if err != nil {
			return ledgerFailure(err)
		}
		t.sum.Media.add(sentMediaTally(rec, true, t.rules))
	}
	return nil
}
