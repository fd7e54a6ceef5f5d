package migrate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// updateMembers makes the members of the thread those of the conversation:
// whoever wrote nothing or has joined since is added, whoever has left is taken
// out.
func (w *worker) updateMembers(ctx context.Context) error {
	changes := compareMembers(w.rec.Members, w.roster.Members)
	if changes.none() {
		return nil
	}
	w.losses.add(changes.losses(w.settled()))
	w.touched = true
	if err := w.exchangeMembers(ctx, changes); err != nil {
		return err
	}
	for _, m := range changes.renamed {
		rec := &w.rec.Members[memberIndex(w.rec.Members, m.Key)]
		rec.Outdated, rec.Seen = true, memberDigest(m)
		if rec.DisplayName == m.DisplayName && rec.Metadata.Update(m.Metadata) == nil {
			rec.Outdated, rec.Seen = false, "" // it has changed back
		}
	}
	return w.note()
}

// exchangeMembers adds who has joined and takes out who has left: first the one,
// so that there always is a member who can act, unless there is no room for it.
func (w *worker) exchangeMembers(ctx context.Context, changes memberChanges) error {
	if len(w.roster.Members)+len(changes.left) > mapping.MaxMembers {
		if err := w.removeMembers(ctx, changes.left); err != nil {
			return err
		}
		return w.addMembers(ctx, changes.joined)
	}
	if err := w.addMembers(ctx, changes.joined); err != nil {
		return err
	}
	return w.removeMembers(ctx, changes.left)
}

// addMembers adds those who are not in the thread yet.
func (w *worker) addMembers(ctx context.Context, joined []mapping.Member) error {
	if len(joined) == 0 {
		return nil
	}
	if err := w.createPeople(ctx, joined); err != nil {
		return err
	}
	if err := w.readMembers(ctx); err != nil {
		return err
	}
	members := make([]mapping.ChatParticipant, len(joined))
	ids := make([]mapping.CommunicationUserID, len(joined))
	for i, m := range joined {
		p, err := w.chatParticipant(ctx, m)
		if err != nil {
			return err
		}
		members[i], ids[i] = p, p.User
		w.takeOver(p.User)
	}
	if err := w.makeRoom(ctx, ids...); err != nil {
		return err
	}
	if err := w.complete(ctx, members); err != nil {
		return err
	}
	for i, m := range joined {
		w.recordMember(m, members[i])
	}
	if err := w.note(); err != nil {
		return err
	}
	return w.relieveKeeper(ctx)
}

// chatParticipant is m as ACS is to take it.
func (w *worker) chatParticipant(ctx context.Context, m mapping.Member) (mapping.ChatParticipant, error) {
	id, err := w.people.id(ctx, w.personOf(m), w.acts(m))
	return mapping.ChatParticipant{User: id, DisplayName: m.DisplayName, Metadata: m.Metadata}, err
}

// personOf is what is known of a member.
func (w *worker) personOf(m mapping.Member) person {
	return person{Key: m.Key, DisplayName: m.DisplayName, UserSID: w.dir.users[m.Key].SID}
}

// acts reports whether a member will need a token soon: for what it wrote, or
// for a read receipt.
func (w *worker) acts(m mapping.Member) bool {
	return w.wrote[m.Key] || m.Participant.LastReadMessageIndex != nil && len(w.roster.Members) <= mapping.MaxReceiptMembers
}

// takeOver makes a temporary member a lasting one.
func (w *worker) takeOver(id mapping.CommunicationUserID) {
	w.rec.Temporary = slices.DeleteFunc(w.rec.Temporary, func(t mapping.CommunicationUserID) bool { return t == id })
}

// recordMember notes that m is in the thread as p.
func (w *worker) recordMember(m mapping.Member, p mapping.ChatParticipant) {
	rec := mapping.MemberRecord{Key: m.Key, ID: p.User, DisplayName: p.DisplayName, Metadata: p.Metadata}
	if i := memberIndex(w.rec.Members, m.Key); i >= 0 {
		rec.Read = w.rec.Members[i].Read
		w.rec.Members[i] = rec
		return
	}
	w.rec.Members = append(w.rec.Members, rec)
}

// removeMembers takes out who has left the conversation.
func (w *worker) removeMembers(ctx context.Context, left []mapping.MemberRecord) error {
	if len(left) == 0 {
		return nil
	}
	if err := w.calmMembers(ctx); err != nil {
		return err
	}
	for _, rec := range left {
		if err := w.replaceActor(ctx, rec.ID); err != nil {
			return err
		}
		if w.members[rec.ID] {
			if err := w.remove(ctx, rec.ID); err != nil {
				return err
			}
		}
		w.rec.Members[memberIndex(w.rec.Members, rec.Key)].Left = true
		if err := w.note(); err != nil {
			return err
		}
	}
	return nil
}

// replaceActor sees to it that somebody who stays can act in the thread once
// leaving has gone: a member, or where nobody is left the keeper, since a thread
// without members can never be read, extended or deleted again.
func (w *worker) replaceActor(ctx context.Context, leaving mapping.CommunicationUserID) error {
	if w.rec.Acting() != leaving {
		return nil
	}
	for _, m := range w.rec.Members {
		if m.ID != leaving && !m.Left && w.members[m.ID] && memberHere(w.roster.Members, m.Key) {
			w.rec.Actor = m.ID
			return w.note()
		}
	}
	keeper, err := w.people.id(ctx, person{Key: mapping.Keeper}, true)
	if err != nil {
		return err
	}
	if !w.members[keeper] {
		if err := w.complete(ctx, []mapping.ChatParticipant{{User: keeper}}); err != nil {
			return err
		}
	}
	w.takeOver(keeper)
	w.rec.Actor = keeper
	return w.note()
}

// relieveKeeper takes the keeper out of a thread that has members again.
func (w *worker) relieveKeeper(ctx context.Context) error {
	rec, _, err := w.ledger.Person(mapping.Keeper)
	if err != nil {
		return ledgerFailure(err)
	}
	if rec.ID == "" || w.rec.Acting() != rec.ID {
		return nil
	}
	if err := w.replaceActor(ctx, rec.ID); err != nil || w.rec.Acting() == rec.ID {
		return err
	}
	return w.remove(ctx, rec.ID)
}

func memberHere(members []mapping.Member, key mapping.PersonKey) bool {
	return slices.ContainsFunc(members, func(m mapping.Member) bool { return m.Key == key })
}

// complete adds those of want who are not in the thread, and reads the members
// back until all are.
func (w *worker) complete(ctx context.Context, want []mapping.ChatParticipant) error {
	var invalid []mapping.InvalidParticipant
	const rounds = 3
	for range rounds {
		var absent []mapping.ChatParticipant
		for _, p := range want {
			if !w.members[p.User] {
				absent = append(absent, p)
			}
		}
		if len(absent) == 0 {
			return nil
		}
		var err error
		if invalid, err = w.add(ctx, absent); err != nil {
			return err
		}
		if err := w.readMembers(ctx); err != nil {
			return err
		}
	}
	for _, p := range want {
		if !w.members[p.User] && len(invalid) > 0 {
			return fmt.Errorf("ACS does not take %d members, the first with %s: %s", len(invalid), invalid[0].Code, invalid[0].Message)
		}
		if !w.members[p.User] {
			return fmt.Errorf("a member that was added does not appear in the thread")
		}
	}
	return nil
}

// readMembers reads who is in the thread.
func (w *worker) readMembers(ctx context.Context) error {
	return w.patience.do(ctx, func(ctx context.Context) error {
		w.members = make(map[mapping.CommunicationUserID]bool)
		for p, err := range w.acs.ListParticipants(ctx, w.rec.Acting(), w.rec.Thread) {
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
	if err := sleep(ctx, time.Until(w.removesUntil)); err != nil {
		return nil, err
	}
	for batch := range slices.Chunk(members, maxPerCall) {
		err := w.write(ctx, "add participants", string(w.c.SID), func(ctx context.Context) error {
			bad, err := w.acs.AddParticipants(ctx, w.rec.Acting(), w.rec.Thread, batch)
			invalid = append(invalid, bad...)
			if outcomeOf(err) == unknown {
				w.addsUntil = time.Now().Add(w.opts.Settle)
			}
			return err
		})
		if err != nil {
			return invalid, err
		}
	}
	return invalid, nil
}

// remove takes id out of the thread. When the answer is lost, the members tell
// whether it was done.
func (w *worker) remove(ctx context.Context, id mapping.CommunicationUserID) error {
	if err := w.calmMembers(ctx); err != nil {
		return err
	}
	attempts := w.attempts("remove participant", string(w.c.SID))
	return w.patience.do(ctx, func(ctx context.Context) error {
		calls, cancel := graceful(ctx)
		defer cancel()
		err := w.acs.RemoveParticipant(calls, w.rec.Acting(), w.rec.Thread, id)
		attempts.note(err)
		if err == nil {
			delete(w.members, id)
			return nil
		}
		switch outcomeOf(err) {
		case notDone:
			return err
		case unknown:
			w.removesUntil = time.Now().Add(w.opts.Settle)
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
