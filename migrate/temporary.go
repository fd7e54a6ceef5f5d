package migrate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// sender is the communication user that sends for s, made a member of the
// thread if it is none.
func (w *worker) sender(ctx context.Context, s mapping.Sender) (mapping.CommunicationUserID, error) {
	id, err := w.author(ctx, s)
	if err != nil {
		return "", err
	}
	if w.members == nil {
		if err := w.readMembers(ctx); err != nil {
			return "", err
		}
	}
	if w.members[id] {
		return id, nil
	}
	if s.Temporary {
		err = w.admit(ctx, id)
	} else {
		err = w.join(ctx, s.Key)
	}
	return id, step("add the author of a message", err)
}

// author is who sends as s. Most messages are from the few who wrote those before
// them: what the ledger said of these need not be asked again, since nobody's user
// ever changes.
func (w *worker) author(ctx context.Context, s mapping.Sender) (mapping.CommunicationUserID, error) {
	if i := slices.IndexFunc(w.authors, func(a author) bool { return a.key == s.Key }); i >= 0 {
		return w.authors[i].id, nil
	}
	p := person{Key: s.Key, UserSID: w.dir.users[s.Key].SID}
	if s.Key.Kind != mapping.PersonKeeper {
		p.DisplayName = s.DisplayName
	}
	w.census.add(s.Key)
	id, err := w.people.id(ctx, p, true)
	if err != nil {
		return "", err
	}
	if len(w.authors) == maxAuthors {
		w.authors = w.authors[1:]
	}
	w.authors = append(w.authors, author{s.Key, id})
	return id, nil
}

// author is somebody who has written in a conversation, and the user that sends it.
type author struct {
	key mapping.PersonKey
	id  mapping.CommunicationUserID
}

// maxAuthors is how many of them are kept in mind.
const maxAuthors = 8

// join makes a participant of the conversation a member of the thread.
func (w *worker) join(ctx context.Context, key mapping.PersonKey) error {
	i := slices.IndexFunc(w.roster.Members, func(m mapping.Member) bool { return m.Key == key })
	m := w.roster.Members[i]
	p, err := w.chatParticipant(ctx, m)
	if err != nil {
		return err
	}
	if err := w.makeRoom(ctx, p.User); err != nil {
		return err
	}
	if err := w.complete(ctx, []mapping.ChatParticipant{p}); err != nil {
		return err
	}
	if w.settled() {
		w.lose(mapping.LossParticipantLate, string(m.Participant.SID))
	}
	w.recordMember(m, p)
	return w.note()
}

// admit makes id a member for the time of writing, which is noted first.
func (w *worker) admit(ctx context.Context, id mapping.CommunicationUserID) error {
	if !slices.Contains(w.rec.Temporary, id) {
		w.rec.Temporary = append(w.rec.Temporary, id)
		if err := w.note(); err != nil {
			return err
		}
	}
	if err := w.makeRoom(ctx, id); err != nil {
		return err
	}
	return w.complete(ctx, []mapping.ChatParticipant{{User: id}})
}

// calmMembers reads the members once nothing can change them any more that has
// been under way: whoever is not there then will not be.
func (w *worker) calmMembers(ctx context.Context) error {
	waited := w.untilQuiet() > 0 && !w.fresh || time.Until(w.addsUntil) > 0
	if err := w.calm(ctx); err != nil {
		return err
	}
	if err := sleep(ctx, time.Until(w.addsUntil)); err != nil {
		return err
	}
	if w.members != nil && !waited {
		return nil
	}
	return w.readMembers(ctx)
}

// makeRoom takes temporary members out of a thread that has no place for all who
// are joining.
func (w *worker) makeRoom(ctx context.Context, joining ...mapping.CommunicationUserID) error {
	absent := 0
	for _, id := range joining {
		if !w.members[id] {
			absent++
		}
	}
	full := func() bool { return len(w.members)+absent > mapping.MaxMembers }
	for _, id := range w.rec.Temporary {
		if !full() {
			return nil
		}
		if w.members[id] && !slices.Contains(joining, id) {
			if err := w.remove(ctx, id); err != nil {
				return err
			}
		}
	}
	if full() {
		return fmt.Errorf("the thread is full: it has %d members", len(w.members))
	}
	return nil
}

// removeTemporary takes out all who were members only for the history, but for
// who is still about to write.
func (w *worker) removeTemporary(ctx context.Context, writing mapping.Sender) error {
	if len(w.rec.Temporary) == 0 {
		return nil
	}
	var stays mapping.CommunicationUserID
	if writing.Temporary {
		rec, _, err := w.ledger.Person(writing.Key)
		if err != nil {
			return ledgerFailure(err)
		}
		stays = rec.ID
	}
	if err := w.calmMembers(ctx); err != nil {
		return err
	}
	var left []mapping.CommunicationUserID
	for _, id := range w.rec.Temporary {
		if id == stays && stays != "" {
			left = append(left, id)
			continue
		}
		if !w.members[id] {
			continue
		}
		if err := w.remove(ctx, id); err != nil {
			return step("remove a temporary member", err)
		}
	}
	w.rec.Temporary = left
	return w.note()
}
