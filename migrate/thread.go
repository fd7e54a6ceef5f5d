package migrate

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// maxPerCall is how many participants one create or add call takes
// (learn.microsoft.com, service limits, Chat).
const maxPerCall = 200

// thread sees to it that the thread exists and has its first members: whoever
// is known to have written. The others join when they first write, or at the end.
func (w *worker) thread(ctx context.Context) error {
	if w.rec.Thread == "" {
		if err := w.prepare(ctx); err != nil {
			return err
		}
	}
	if w.rec.Thread == "" {
		if err := w.create(ctx); err != nil {
			return err
		}
	}
	w.turn.begun()
	if w.rec.MembersReady {
		return nil
	}
	if err := w.readMembers(ctx); err != nil {
		return err
	}
	if err := w.complete(ctx, w.rec.Request.Participants); err != nil {
		return err
	}
	w.rec.MembersReady, w.rec.Request, w.wrote = true, nil, nil
	return ledgerFailure(w.ledger.NoteThread(w.rec))
}

// prepare notes what will create the thread, before the first attempt.
func (w *worker) prepare(ctx context.Context) error {
	if w.rec.CreationKey != "" {
		return nil
	}
	for _, m := range w.waiting {
		w.wrote[w.roster.Sender(*m).Key] = true
	}
	creator := w.creator()
	request, err := w.request(ctx, creator)
	if err != nil {
		return err
	}
	if creator == mapping.Keeper {
		if w.rec.CreatorID, err = w.people.id(ctx, person{Key: mapping.Keeper}, true); err != nil {
			return err
		}
	}
	if !w.restored.IsZero() {
		if w.rec.Thread, err = w.findThread(ctx, request.Topic, w.restored); err != nil {
			return err
		}
	}
	w.rec.Creator, w.rec.Request = creator, request
	w.rec.Content = mapping.ThreadContent{Topic: request.Topic, Metadata: request.Metadata}
	w.rec.CreationKey, w.rec.BegunAt = uuid.NewString(), time.Now()
	w.rec.Status, w.rec.Since = mapping.StatusRunning, time.Now()
	w.rec.Losses = w.losses.counts
	w.fresh = w.rec.Thread == ""
	return w.note()
}

// creator is who creates the thread: of those who may, the one who has created
// least.
func (w *worker) creator() mapping.PersonKey {
	if w.opts.Reproducible {
		return w.roster.Creator(w.wrote)
	}
	return w.creators.pick(w.roster.Creators(w.wrote))
}

// request is the thread to be created, by creator. Its members are noted as
// those of the thread: the request is repeated until they are.
func (w *worker) request(ctx context.Context, creator mapping.PersonKey) (*mapping.NewChatThread, error) {
	var first []mapping.Member
	for _, m := range w.roster.Members {
		if w.wrote[m.Key] || m.Key == creator {
			first = append(first, m)
		}
	}
	if err := w.createPeople(ctx, first); err != nil {
		return nil, err
	}
	request := &mapping.NewChatThread{Topic: w.draft.Topic, Metadata: w.draft.Metadata, RetentionDays: w.draft.RetentionDays}
	for _, m := range first {
		p, err := w.chatParticipant(ctx, m)
		if err != nil {
			return nil, err
		}
		w.recordMember(m, p)
		if m.Key != creator {
			request.Participants = append(request.Participants, p)
			continue
		}
		w.rec.CreatorID = p.User // first of the first batch
		request.Participants = slices.Insert(request.Participants, 0, p)
	}
	return request, nil
}

// createPeople creates the users of members side by side.
func (w *worker) createPeople(ctx context.Context, members []mapping.Member) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, m := range members {
		g.Go(func() error {
			_, err := w.people.id(gctx, w.personOf(m), w.acts(m))
			return err
		})
	}
	return g.Wait()
}

// create makes the attempts. A key that this or a recent process minted may be
// repeated; with an older one the thread is first looked for.
func (w *worker) create(ctx context.Context) error {
	tried := !w.fresh // with this key, as far as anybody knows
	if tried && time.Since(w.rec.BegunAt) > w.opts.KeyLife {
		id, err := w.findThread(ctx, w.rec.Request.Topic, w.rec.BegunAt)
		if err != nil {
			return err
		}
		if id != "" {
			return w.created(id)
		}
		tried, w.rec.BegunAt = false, time.Now()
		if err := w.note(); err != nil {
			return err
		}
	}
	request := *w.rec.Request
	request.Participants = request.Participants[:min(len(request.Participants), maxPerCall)]
	var thread mapping.ChatThread
	err := w.write(ctx, "create thread", string(w.c.SID), func(ctx context.Context) (err error) {
		if tried && time.Since(w.rec.BegunAt) > w.opts.KeyLife {
			return &OpenError{"the creation of the thread got no answer while its key was valid; the next run looks for it"}
		}
		tried = true
		thread, _, err = w.acs.CreateThread(ctx, w.rec.CreatorID, w.rec.CreationKey, request)
		return err
	})
	if err != nil {
		return err
	}
	return w.created(thread.ID)
}

func (w *worker) created(id mapping.ThreadID) error {
	w.rec.Thread = id
	return w.note()
}

// findThread looks for the thread among those of its creator that were active
// since then.
func (w *worker) findThread(ctx context.Context, topic string, since time.Time) (mapping.ThreadID, error) {
	found, err := createdThreads(ctx, w.acs, w.patience, w.rec, topic, since, 1)
	if len(found) == 0 {
		return "", err
	}
	return found[0], err
}
