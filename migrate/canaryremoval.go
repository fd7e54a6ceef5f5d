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
			if err := c.removeThreads(ctx, rec.ID); err != nil {
				return err
			}
		}
		if rec.ID != "" {
			err := c.until(ctx, func(ctx context.Context) error { return c.DeleteUser(ctx, rec.ID) })
			if err != nil {
				return err
			}
		}
		if err := c.forget(rec); err != nil {
			return ledgerFailure(err)
		}
	}
	return nil
}

// removeThreads deletes the threads of a user, of whom no other are known than
// canaries.
func (c *canary) removeThreads(ctx context.Context, user mapping.CommunicationUserID) error {
	threads := make(map[mapping.ThreadID]bool)
	if c.thread != "" {
		threads[c.thread] = true // whether lists show it yet or not
	}
	err := c.until(ctx, func(ctx context.Context) error {
		for t, err := range c.ListThreads(ctx, user, time.Time{}) {
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
	for id := range threads {
		err := c.until(ctx, func(ctx context.Context) error { return c.DeleteThread(ctx, user, id) })
		if err != nil {
			return err
		}
	}
	return nil
}

// until makes a call until it succeeds, or what it is about is gone.
func (c *canary) until(ctx context.Context, call func(context.Context) error) error {
	if err := c.patience.do(ctx, call); !vanished(err) {
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

// forget notes that a user is deleted. Creations whose answer was lost stay
// counted: each may have left a user that nobody can find.
func (c *canary) forget(rec mapping.PersonRecord) error {
	if rec.ID == "" && !rec.BegunAt.IsZero() {
		rec.Unused++ // by a run that was killed before the answer
	}
	if rec.Unused > 0 {
		return c.ledger.RecordPerson(mapping.PersonRecord{Key: rec.Key, Unused: rec.Unused})
	}
	return c.ledger.ForgetPerson(rec.Key)
}
