package migrate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	// maxPerCall is how many participants one create or add call takes
	// (learn.microsoft.com, service limits, Chat).
	maxPerCall = 200
	// keyLifetime is how long a creation key is trusted to give the same thread
	// again. How long the service keeps keys is not documented.
	keyLifetime = 5 * time.Minute
)

// thread sees to it that the thread exists and has its members.
func (w *worker) thread(ctx context.Context) error {
	if w.rec.Thread == "" {
		if err := w.prepare(ctx); err != nil {
			return err
		}
		if err := w.create(ctx); err != nil {
			return err
		}
	}
	if w.rec.MembersReady {
		return nil
	}
	if err := w.completeMembers(ctx); err != nil {
		return err
	}
	w.rec.MembersReady, w.rec.Request = true, nil
	return ledgerFailure(w.ledger.RecordThread(w.rec))
}

// prepare notes what will create the thread, before the first attempt.
func (w *worker) prepare(ctx context.Context) error {
	if w.rec.CreationKey != "" {
		return nil
	}
	if err := w.createPeople(ctx); err != nil {
		return err
	}
	request := &mapping.NewChatThread{Topic: w.draft.Topic, Metadata: w.draft.Metadata}
	for _, m := range w.roster.Members {
		id, err := w.people.id(ctx, person{Key: m.Key}, true)
		if err != nil {
			return err
		}
		request.Participants = append(request.Participants, mapping.ChatParticipant{
			User: id, DisplayName: m.DisplayName, Metadata: m.Metadata,
		})
		if m.Key == w.draft.Creator {
			w.rec.CreatorID = id
			last := len(request.Participants) - 1 // the creator is in the first batch
			request.Participants[0], request.Participants[last] = request.Participants[last], request.Participants[0]
		}
	}
	if w.draft.Creator == mapping.Keeper {
		id, err := w.people.id(ctx, person{Key: mapping.Keeper}, true)
		if err != nil {
			return err
		}
		w.rec.CreatorID = id
	}
	w.rec.Creator, w.rec.Request = w.draft.Creator, request
	w.rec.CreationKey, w.rec.BegunAt = uuid.NewString(), time.Now()
	w.rec.Status, w.rec.Since = mapping.StatusRunning, time.Now()
	w.rec.Losses = w.losses.counts
	w.fresh = true
	return ledgerFailure(w.ledger.RecordThread(w.rec))
}

// createPeople creates the users of all members side by side.
func (w *worker) createPeople(ctx context.Context) error {
	s := surveyed{roster: w.roster, draft: w.draft}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, p := range s.people() {
		g.Go(func() error {
			if u, ok := w.dir.users[p.Key]; ok {
				p.UserSID = u.SID
			}
			_, err := w.people.id(gctx, p, true)
			return err
		})
	}
	return g.Wait()
}

// create makes the attempts. A key that this or a recent process minted may be
// repeated; with an older one the thread is first looked for.
func (w *worker) create(ctx context.Context) error {
	if !w.fresh && time.Since(w.rec.BegunAt) > keyLifetime {
		id, err := w.findThread(ctx)
		if err != nil {
			return err
		}
		if id != "" {
			return w.created(id)
		}
		w.rec.BegunAt = time.Now()
		if err := w.ledger.RecordThread(w.rec); err != nil {
			return ledgerFailure(err)
		}
	}
	request := *w.rec.Request
	request.Participants = request.Participants[:min(len(request.Participants), maxPerCall)]
	var thread mapping.ChatThread
	err := w.patience.do(ctx, func(ctx context.Context) error {
		if time.Since(w.rec.BegunAt) > keyLifetime {
			return &OpenError{"the creation of the thread got no answer while its key was valid; the next run looks for it"}
		}
		calls, cancel := graceful(ctx)
		defer cancel()
		var err error
		thread, _, err = w.acs.CreateThread(calls, w.rec.CreatorID, w.rec.CreationKey, request)
		return err
	})
	if err != nil {
		return err
	}
	return w.created(thread.ID)
}

func (w *worker) created(id mapping.ThreadID) error {
	w.rec.Thread, w.rec.Participants = id, int(w.sum.Participants.Total)
	return ledgerFailure(w.ledger.RecordThread(w.rec))
}

// findThread looks for the thread among those of its creator.
func (w *worker) findThread(ctx context.Context) (mapping.ThreadID, error) {
	const margin = 10 * time.Minute
	var found mapping.ThreadID
	err := w.patience.do(ctx, func(ctx context.Context) error {
		found = ""
		for t, err := range w.acs.ListThreads(ctx, w.rec.CreatorID, w.rec.BegunAt.Add(-margin)) {
			if err != nil {
				return err
			}
			if t.Topic != w.rec.Request.Topic || !t.DeletedOn.IsZero() {
				continue
			}
			full, err := w.acs.FetchThread(ctx, w.rec.CreatorID, t.ID)
			if err != nil {
				return err
			}
			if full.Metadata[mapping.KeyConversationSID] == string(w.c.SID) {
				found = t.ID
				return nil
			}
		}
		return nil
	})
	return found, err
}

// completeMembers adds whom the creation did not take and reads all back.
func (w *worker) completeMembers(ctx context.Context) error {
	var invalid []mapping.InvalidParticipant
	const rounds = 3
	for range rounds {
		if err := w.readMembers(ctx); err != nil {
			return err
		}
		var missing []mapping.ChatParticipant
		for _, p := range w.rec.Request.Participants {
			if !w.members[p.User] {
				missing = append(missing, p)
			}
		}
		if len(missing) == 0 {
			return nil
		}
		var err error
		if invalid, err = w.add(ctx, missing); err != nil {
			return err
		}
	}
	if len(invalid) > 0 {
		return fmt.Errorf("ACS does not take %d members, the first with %s: %s", len(invalid), invalid[0].Code, invalid[0].Message)
	}
	return errors.New("members that were added do not appear in the thread")
}

// readMembers reads who is in the thread.
func (w *worker) readMembers(ctx context.Context) error {
	return w.patience.do(ctx, func(ctx context.Context) error {
		w.members = make(map[mapping.CommunicationUserID]bool)
		for p, err := range w.acs.ListParticipants(ctx, w.rec.CreatorID, w.rec.Thread) {
			if err != nil {
				return err
			}
			w.members[p.User] = true
		}
		return nil
	})
}

// add adds members in batches. Repeating it does no harm: ACS leaves those who
// are in the thread already as they are.
func (w *worker) add(ctx context.Context, members []mapping.ChatParticipant) ([]mapping.InvalidParticipant, error) {
	var invalid []mapping.InvalidParticipant
	for len(members) > 0 {
		batch := members[:min(len(members), maxPerCall)]
		members = members[len(batch):]
		err := w.patience.do(ctx, func(ctx context.Context) error {
			calls, cancel := graceful(ctx)
			defer cancel()
			bad, err := w.acs.AddParticipants(calls, w.rec.CreatorID, w.rec.Thread, batch)
			invalid = append(invalid, bad...)
			return err
		})
		if err != nil {
			return invalid, err
		}
	}
	return invalid, nil
}
