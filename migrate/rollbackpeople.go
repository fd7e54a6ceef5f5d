package migrate

import (
	"cmp"
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// bystanders is who is needed by what is not rolled back.
type bystanders struct {
	users *census // members of threads that stay
	// services have threads that stay. Who wrote in them without being a member
	// nobody keeps: authors who have left, and the keeper.
	services map[mapping.ServiceSID]bool
	freed    *census // members of threads that do not stay
}

// removePeople deletes the users whom no thread needs, the keeper last.
func (r *rollback) removePeople(ctx context.Context) error {
	needed, err := r.bystanders(ctx)
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(rollbackThreads)
	var keeper mapping.PersonRecord
	var listErr error
	for p, err := range r.ledger.Persons() {
		if err != nil {
			listErr = ledgerFailure(err)
			break
		}
		if gctx.Err() != nil {
			break
		}
		if p.Key == mapping.Keeper {
			keeper = p
			continue
		}
		g.Go(func() error { return r.person(gctx, p, needed.need(p, r.partial())) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err := cmp.Or(listErr, ctx.Err()); err != nil {
		return err
	}
	if keeper.Key != mapping.Keeper {
		return nil // there is none
	}
	return r.person(ctx, keeper, needed.need(keeper, r.partial()))
}

// bystanders finds out who is needed.
func (r *rollback) bystanders(ctx context.Context) (*bystanders, error) {
	b := &bystanders{users: newCensus(), services: make(map[mapping.ServiceSID]bool), freed: newCensus()}
	for rec, err := range r.ledger.Threads() {
		if err != nil {
			return nil, ledgerFailure(err)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		into := b.freed
		if inACS(rec) && !r.going.hasConversation(rec.Conversation) {
			into = b.users
			b.services[rec.Service] = true
		}
		into.addUser(rec.CreatorID)
		into.addUser(rec.Actor)
		for _, m := range rec.Members {
			into.addUser(m.ID)
		}
		for _, id := range rec.Temporary {
			into.addUser(id)
		}
	}
	return b, nil
}

// need reports whether p has to stay. Where only some conversations are rolled back,
// so does everybody who is in none of them.
func (b *bystanders) need(p mapping.PersonRecord, partial bool) bool {
	if p.ID == "" {
		return partial && p.Deleting == ""
	}
	switch p.Key.Kind {
	case mapping.PersonKeeper:
		return len(b.services) > 0
	case mapping.PersonFormer:
		return b.services[p.Key.Service]
	case mapping.PersonCanary:
		return partial
	}
	return b.users.hasUser(p.ID) || partial && !b.freed.hasUser(p.ID)
}

// person deletes a user who is not needed, and goes on with one whose deletion was
// begun. Only what makes the rest pointless is an error.
func (r *rollback) person(ctx context.Context, p mapping.PersonRecord, needed bool) error {
	needed = needed || p.Adopted // it was there before this program
	user := cmp.Or(p.ID, p.Deleting)
	err := r.removePerson(ctx, p, needed)
	if err != nil && (stopsRollback(err) || ctx.Err() != nil) {
		return err
	}
	if user == "" {
		return nil // none that anybody knows of
	}
	var n Tally
	var problems []Problem
	var blocked *BlockedError
	switch {
	case err == nil && needed:
		n = Tally{Total: 1, Unchanged: 1}
	case err == nil:
		n = undoneTally(1, mapping.StatusRemoving)
	default:
		status := mapping.StatusFailed
		if errors.As(err, &blocked) {
			status = mapping.StatusBlocked
		}
		n = undoneTally(1, status)
		problems = append(problems, Problem{Item: string(user), Status: status, Step: "delete the user", Reason: err.Error()})
	}
	r.report.conversation(Summary{Users: n}, lossTally{}, problems...)
	return nil
}

// removePerson deletes the user that p became, and what the ledger knows of p. The
// error is a *BlockedError when the user has to stay nevertheless.
func (r *rollback) removePerson(ctx context.Context, p mapping.PersonRecord, needed bool) error {
	if p.Deleting != "" && !r.plans() { // by a rollback before this one
		if err := r.finishDeletion(ctx, p); err != nil || p.ID == "" {
			return err
		}
		p.Deleting = ""
	}
	if needed || r.plans() && p.ID == "" {
		return nil
	}
	if p.ID != "" {
		if err := r.free(ctx, p); err != nil || r.plans() {
			return err
		}
		p.ID, p.Deleting, p.BegunAt = "", p.ID, time.Time{}
		if err := r.write.RecordPerson(p); err != nil { // from now on nobody uses it
			return ledgerFailure(err)
		}
	}
	return r.finishDeletion(ctx, p)
}

// finishDeletion deletes the user whose deletion is noted, if one is, and notes that.
// One that is gone already is deleted.
func (r *rollback) finishDeletion(ctx context.Context, p mapping.PersonRecord) error {
	if p.Deleting != "" {
		err := r.patience.do(ctx, func(ctx context.Context) error {
			calls, cancel := graceful(ctx)
			defer cancel()
			return r.acs.DeleteUser(calls, p.Deleting)
		})
		if err != nil && !notThere(err) {
			return err
		}
	}
	if p.ID == "" {
		return ledgerFailure(forgetPerson(r.write, p))
	}
	p.Deleting = ""
	return ledgerFailure(r.write.RecordPerson(p))
}

// free sees to it that no thread is left that p is in. Whoever is in one that this
// program does not know was put there by people, and what they wrote there would go
// with them. Canaries are nobody.
func (r *rollback) free(ctx context.Context, p mapping.PersonRecord) error {
	if p.Key.Kind == mapping.PersonCanary {
		if r.plans() {
			return nil
		}
		return removeThreadsOf(ctx, r.acs, r.patience, p.ID)
	}
	var thread mapping.ThreadID
	err := r.patience.do(ctx, func(ctx context.Context) (err error) {
		thread, err = r.livingThread(ctx, p.ID)
		return err
	})
	switch {
	case final(err) || outcomeOf(err) == unknown:
		return err
	case says(err, noToken) || statusOf(err) == 401:
		return nil // the user is gone already
	case err != nil:
		return err
	case thread != "":
		return &BlockedError{Reason: "the user is in a thread that is not rolled back: " + string(thread)}
	}
	return nil
}

// livingThread is a thread that a user is in or was in, other than those that are
// rolled back; empty for none.
func (r *rollback) livingThread(ctx context.Context, user mapping.CommunicationUserID) (mapping.ThreadID, error) {
	for t, err := range r.acs.ListThreads(ctx, user, time.Time{}) {
		if err != nil {
			return "", err
		}
		if !t.DeletedOn.IsZero() || r.deleted.hasThread(t.ID) {
			continue
		}
		got, err := r.acs.FetchThread(ctx, user, t.ID) // lists lag behind
		switch {
		case notThere(err) || err == nil && !got.DeletedOn.IsZero():
			continue
		case err == nil || statusOf(err) == 403:
			return t.ID, nil
		default:
			return "", err
		}
	}
	return "", nil
}
