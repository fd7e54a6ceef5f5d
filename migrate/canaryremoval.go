package migrate

import (
	"context"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// remove deletes what the ledger knows of canaries: the threads of the user who
// creates them, then all users.
func (c *canary) remove(ctx context.Context) error {
	for i := range c.want.Members {
		rec, found, err := c.ledger.Person(canaryKey(i))
		if err != nil {
			return ledgerFailure(err)
		}
		if !found {
			continue
		}
		if i == 0 && rec.ID != "" {
			if err := removeThreadsOf(ctx, c, c.patience, rec.ID, c.thread); err != nil {
				return err
			}
		}
		if rec.ID != "" {
			err := untilGone(ctx, c.patience, func(ctx context.Context) error { return c.DeleteUser(ctx, rec.ID) })
			if err != nil {
				return err
			}
		}
		if err := forgetPerson(c.ledger, rec); err != nil {
			return ledgerFailure(err)
		}
	}
	return nil
}

// removeThreadsOf deletes the threads of a user, of whom no other are known than
// canaries, and thread, whether lists show it yet or not.
func removeThreadsOf(ctx context.Context, acs interface {
	ThreadReader
	Remover
}, p *patience, user mapping.CommunicationUserID, thread ...mapping.ThreadID) error {
	threads := make(map[mapping.ThreadID]bool)
	for _, id := range thread {
		threads[id] = id != ""
	}
	err := untilGone(ctx, p, func(ctx context.Context) error {
		for t, err := range acs.ListThreads(ctx, user, time.Time{}) {
			if err != nil {
				return err
			}
			if t.DeletedOn.IsZero() {
				threads[t.ID] = true
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for id, there := range threads {
		if !there {
			continue
		}
		err := untilGone(ctx, p, func(ctx context.Context) error { return acs.DeleteThread(ctx, user, id) })
		if err != nil {
			return err
		}
	}
	return nil
}

// untilGone makes a call until it succeeds, or what it is about is gone.
func untilGone(ctx context.Context, p *patience, call func(context.Context) error) error {
	if err := p.do(ctx, call); !vanished(err) {
		return err
	}
	return nil
}

// vanished reports whether ACS does not know what a call is about, or whoever makes
// it. Both 404 and 403 have been seen of threads.
func vanished(err error) bool {
	switch statusOf(err) {
	case 401, 403, 404:
		return !final(err)
	}
	return false
}

// forgetPerson notes that the user of rec is deleted. Creations whose answer was lost
// stay counted: each may have left a user that nobody can find.
func forgetPerson(ledger CanaryLedger, rec mapping.PersonRecord) error {
	if rec.ID == "" && !rec.BegunAt.IsZero() {
		rec.Unused++ // by a run that was killed before the answer
	}
	if rec.Unused > 0 {
		return ledger.RecordPerson(mapping.PersonRecord{Key: rec.Key, Unused: rec.Unused})
	}
	return ledger.ForgetPerson(rec.Key)
}
