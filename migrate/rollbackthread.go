package migrate

import (
	"context"
	"errors"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// undoing is one conversation that is being rolled back.
type undoing struct {
	*rollback
	rec mapping.ThreadRecord
}

// run deletes what is left of the conversation in ACS, and its files.
func (u *undoing) run(ctx context.Context) error {
	if err := u.removeAll(ctx); err != nil {
		return err
	}
	u.going.addConversation(u.rec.Conversation)
	return step("delete the files", u.removeMedia(ctx))
}

// removeAll deletes the thread of the conversation: the one that the ledger knows, or
// what came of a creation whose answer it never saw.
func (u *undoing) removeAll(ctx context.Context) error {
	if !inACS(u.rec) {
		return nil
	}
	threads := []mapping.ThreadID{u.rec.Thread}
	if u.rec.Thread == "" {
		var err error
		threads, err = createdThreads(ctx, u.acs, u.patience, u.rec, requestedTopic(u.rec), u.rec.BegunAt, 0)
		if err != nil {
			return step("look for the thread", err)
		}
	}
	for _, u.rec.Thread = range threads {
		if err := u.removeThread(ctx); err != nil {
			return err
		}
	}
	if u.plans() {
		return nil
	}
	u.rec.Thread, u.rec.CreationKey, u.rec.Request = "", "", nil
	return u.note()
}

// requestedTopic is the topic that the thread of rec was to be created with.
func requestedTopic(rec mapping.ThreadRecord) string {
	if rec.Request != nil {
		return rec.Request.Topic
	}
	return rec.Content.Topic
}

// removeThread deletes the thread of the record, unless it must stay.
func (u *undoing) removeThread(ctx context.Context) error {
	messages, release, err := u.reserve(ctx, u.rec.Conversation)
	if err != nil {
		return err
	}
	defer release()
	found := &remains{rollback: u.rollback, recalled: recalled{rec: u.rec, users: u.ours}}
	err = found.read(ctx, messages)
	var hidden *hiddenError
	if errors.As(err, &hidden) {
		return u.hidden(ctx, hidden)
	}
	if err != nil {
		return err
	}
	u.foreign.Add(found.written)
	verdict := found.verdict()
	if err := errors.Join(found.end(verdict), u.inventory.sync()); err != nil {
		return err
	}
	if verdict != nil {
		return verdict
	}
	u.deleted.addThread(u.rec.Thread)
	if u.plans() || found.gone() {
		return nil
	}
	if err := u.note(); err != nil {
		return err
	}
	return step("delete the thread", u.deleteThread(ctx, found.as))
}

// hidden finds out whether a thread that nobody can read is gone.
func (u *undoing) hidden(ctx context.Context, hidden *hiddenError) error {
	there, err := stillThere(ctx, u.acs, u.patience, u.rec)
	if err != nil {
		return step("read the thread", err)
	}
	if there {
		return &BlockedError{Reason: "none of those who should be members of the thread can read it: " + hidden.Error(), Err: hidden}
	}
	u.deleted.addThread(u.rec.Thread)
	return nil
}

// note brings to disk that the thread is being deleted.
func (u *undoing) note() error {
	u.rec.Status, u.rec.Step, u.rec.Reason, u.rec.Since = mapping.StatusRemoving, "", "", time.Now()
	return ledgerFailure(u.write.RecordThread(u.rec))
}

// deleteThread deletes the thread as one of its members. When the answer is lost,
// or that of a second attempt says nothing, the thread tells whether it was done.
func (u *undoing) deleteThread(ctx context.Context, as mapping.CommunicationUserID) error {
	err := u.patience.do(ctx, func(ctx context.Context) error {
		calls, cancel := graceful(ctx)
		defer cancel()
		return u.acs.DeleteThread(calls, as, u.rec.Thread)
	})
	if outcomeOf(err) != refused || final(err) {
		return err
	}
	there, terr := stillThere(ctx, u.acs, u.patience, u.rec)
	if terr != nil {
		return terr
	}
	if there {
		return err
	}
	return nil
}

// count tells what became of the conversation and of what this program put into it.
// A conversation of which nothing was ever in ACS does not count.
func (u *undoing) count(status mapping.Status) (Summary, error) {
	var n Summary
	before, _, err := u.ledger.Thread(u.rec.Conversation)
	if err != nil {
		return n, err
	}
	if before.CreatorID != "" {
		n.Conversations.Total = 1
	}
	n.Participants.Total = int64(before.Participants)
	for m, err := range u.ledger.Messages(u.rec.Conversation) {
		if err != nil {
			return n, err
		}
		if m.Amendment == nil || !m.Amendment.Deleted {
			n.Messages.Total++
		}
	}
	for f, err := range u.ledger.MediaOf(u.rec.Conversation) {
		if err != nil {
			return n, err
		}
		if f.Missing == "" {
			n.Media.Total++
		}
	}
	for _, t := range []*Tally{&n.Conversations, &n.Participants, &n.Messages, &n.Media} {
		*t = undoneTally(t.Total, status)
	}
	if u.opts.Media == nil {
		n.Media = Tally{Total: n.Media.Total, Unchanged: n.Media.Total}
	}
	return n, nil
}

// undoneTally counts items that were deleted, or were not.
func undoneTally(n int64, status mapping.Status) Tally {
	t := Tally{Total: n}
	switch status {
	case mapping.StatusRemoving:
		t.Deleted = n
	case mapping.StatusBlocked:
		t.Blocked = n
	default:
		t.Failed = n
	}
	return t
}
