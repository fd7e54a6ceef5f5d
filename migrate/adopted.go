package migrate

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// UnknownUsersError is a decision that people use ACS users whom the resource does
// not have. Nothing has been written.
type UnknownUsersError struct {
	First mapping.CommunicationUserID // one of them
	Count int
}

func (e *UnknownUsersError) Error() string {
	if e.Count == 1 {
		return fmt.Sprintf("use the ACS user %s: the resource does not have it", e.First)
	}
	return fmt.Sprintf("use %d ACS users: the resource does not have them, %s among them", e.Count, e.First)
}

// Hint says what can be done about it.
func (e *UnknownUsersError) Hint() string {
	return "nothing was written: correct acs_id in the table, and import it again"
}

// checkAdopted asks ACS for the users who are said to be there already and have not
// been used yet, before anything is written that could not be taken back.
func (e *Engine) checkAdopted(ctx context.Context) error {
	if e.rules.People == nil {
		return nil
	}
	var unknown UnknownUsersError
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(creationsAtOnce)
	for rec, err := range e.ledger.Persons() {
		if err != nil {
			_ = g.Wait() // the ledger's failure says more
			return ledgerFailure(err)
		}
		if !rec.Adopted || rec.DisplayName != "" || gctx.Err() != nil {
			continue
		}
		g.Go(func() error {
			there, err := e.isThere(gctx, rec.ID)
			if err == nil && !there {
				mu.Lock()
				defer mu.Unlock()
				unknown.First = rec.ID
				unknown.Count++
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if unknown.Count > 0 {
		return &unknown
	}
	return nil
}

// isThere reports whether ACS knows a user: it gives no token for others.
func (e *Engine) isThere(ctx context.Context, user mapping.CommunicationUserID) (there bool, err error) {
	err = e.patience.do(ctx, func(ctx context.Context) error {
		for _, err := range e.acs.ListThreads(ctx, user, time.Now()) {
			return err
		}
		return nil
	})
	if status := statusOf(err); says(err, noToken) && (status == 400 || status == 404) {
		return false, nil
	}
	return err == nil, err
}
