package migrate

import (
	"context"
	"fmt"
	"slices"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// sender is the communication user that sends for s, made a member of the
// thread if it is none.
func (w *worker) sender(ctx context.Context, s mapping.Sender) (mapping.CommunicationUserID, error) {
	p := person{Key: s.Key}
	if s.Key.Kind != mapping.PersonKeeper {
		p.DisplayName = s.DisplayName
	}
	w.census.add(s.Key)
	id, err := w.people.id(ctx, p, true)
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
	if err := w.join(ctx, s, id); err != nil {
		return "", step("add the author of a message", err)
	}
	w.members[id] = true
	return id, nil
}

// join makes id a member: for the time of writing if s is temporary, which is
// noted first, and for good if it is somebody who joined since.
func (w *worker) join(ctx context.Context, s mapping.Sender, id mapping.CommunicationUserID) error {
	member := mapping.ChatParticipant{User: id}
	if s.Temporary {
		if !slices.Contains(w.rec.Temporary, id) {
			w.rec.Temporary = append(w.rec.Temporary, id)
			if err := w.ledger.RecordThread(w.rec); err != nil {
				return ledgerFailure(err)
			}
		}
	} else if i := slices.IndexFunc(w.roster.Members, func(m mapping.Member) bool { return m.Key == s.Key }); i >= 0 {
		member.DisplayName, member.Metadata = w.roster.Members[i].DisplayName, w.roster.Members[i].Metadata
	}
	if err := w.makeRoom(ctx, id); err != nil {
		return err
	}
	invalid, err := w.add(ctx, []mapping.ChatParticipant{member})
	if err != nil {
		return err
	}
	if len(invalid) > 0 {
		return fmt.Errorf("ACS does not take the member, with %s: %s", invalid[0].Code, invalid[0].Message)
	}
	return nil
}

// makeRoom takes a temporary member out of a thread that is full.
func (w *worker) makeRoom(ctx context.Context, joining mapping.CommunicationUserID) error {
	if len(w.members) < mapping.MaxMembers {
		return nil
	}
	for _, id := range w.rec.Temporary {
		if id != joining && w.members[id] {
			return w.remove(ctx, id)
		}
	}
	return fmt.Errorf("the thread is full: it has %d members", len(w.members))
}

// removeTemporary takes out all who were members only for the history.
func (w *worker) removeTemporary(ctx context.Context) error {
	if len(w.rec.Temporary) == 0 {
		return nil
	}
	if w.members == nil {
		if err := w.readMembers(ctx); err != nil {
			return err
		}
	}
	for _, id := range w.rec.Temporary {
		if !w.members[id] {
			continue
		}
		if err := w.remove(ctx, id); err != nil {
			return step("remove a temporary member", err)
		}
	}
	w.rec.Temporary = nil
	return ledgerFailure(w.ledger.RecordThread(w.rec))
}

// remove takes id out of the thread. When the answer is lost, the members tell
// whether it was done.
func (w *worker) remove(ctx context.Context, id mapping.CommunicationUserID) error {
	return w.patience.do(ctx, func(ctx context.Context) error {
		calls, cancel := graceful(ctx)
		defer cancel()
		err := w.acs.RemoveParticipant(calls, w.rec.CreatorID, w.rec.Thread, id)
		if err == nil {
			delete(w.members, id)
			return nil
		}
		if outcomeOf(err) == notDone {
			return err
		}
		if rerr := w.readMembers(ctx); rerr != nil {
			return rerr
		}
		if !w.members[id] {
			return nil
		}
		return err
	})
}
