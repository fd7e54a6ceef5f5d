package migrate

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// verified is one conversation being verified.
type verified struct {
	*verifier
	c      mapping.Conversation
	rec    mapping.ThreadRecord
	roster *mapping.Roster
	thread *standing // as it is now
	users  map[mapping.PersonKey]mapping.CommunicationUserID

	sum             Summary
	found           int // differences
	wrong           map[mapping.ParticipantSID]bool
	pending         bool    // something of the thread itself has changed in Twilio since
	foreign         int64   // messages that people wrote
	resumed         bool    // the interrupted verification had found it as it should be
	leftOut, within LeftOut // as in ServiceSummary, and so is the next
	unselected      LeftOut

	order []int64 // IDs of the messages in the order that they should have
	due   []dueMark
}

func (t *verified) run(ctx context.Context) error {
	var err error
	if t.rec, _, err = t.ledger.Thread(t.c.SID); err != nil {
		return ledgerFailure(err)
	}
	if t.resumed, err = t.verifiedBefore(); t.resumed || err != nil {
		return err
	}
	s, err := survey(ctx, t.src, t.rules, t.dir, t.c)
	if err != nil {
		return err
	}
	t.roster = s.roster
	t.sum.Participants.Total, t.unselected.Participants = s.participants, s.unselected
	if t.rec.Thread == "" {
		return t.notCarried(ctx, s.draft.LeftOut)
	}
	messages, release, err := t.reserve(ctx, t.c.SID)
	if err != nil {
		return err
	}
	defer release()
	t.thread, err = t.stand(ctx, t.rec, messages)
	var hidden *hiddenError
	if errors.As(err, &hidden) {
		return t.hidden(ctx, hidden)
	}
	if err != nil {
		return err
	}
	t.within.Participants = membersLeftOut(s.losses)
	return t.compareAll(ctx, s.draft)
}

// compareAll compares a thread that has been read.
func (t *verified) compareAll(ctx context.Context, draft mapping.ThreadDraft) error {
	t.compareThread(draft)
	if err := t.compareSidecar(ctx); err != nil {
		return step("verify the sidecar", err)
	}
	if err := t.compareMembers(); err != nil {
		return err
	}
	if err := t.messages(ctx); err != nil {
		return err
	}
	t.foreign = t.thread.table.foreign()
	if err := t.compareMarks(ctx); err != nil {
		return step("read the read marks", err)
	}
	if err := t.compareViews(ctx); err != nil {
		return err
	}
	p := &t.sum.Participants
	p.Failed = int64(len(t.wrong))
	p.Unchanged = max(0, p.Total-p.Failed-p.Pending)
	t.conclude()
	return t.note(t.thread.digest().String(), t.thread.known)
}

// conclude counts the conversation.
func (t *verified) conclude() {
	switch {
	case t.found > 0:
		t.sum.Conversations = Tally{Total: 1, Failed: 1}
	case t.rec.Status != mapping.StatusDone:
		t.sum.Conversations = conversationTally(t.rec, t.rec.Status)
	case t.pending:
		t.sum.Conversations = Tally{Total: 1, Pending: 1}
	default:
		t.sum.Conversations = Tally{Total: 1, Unchanged: 1}
	}
}

// note keeps what was found in the ledger.
func (t *verified) note(digest, known string) error {
	if t.number == 0 {
		return nil
	}
	all := t.sum.All()
	return ledgerFailure(t.opts.Recorder.RecordVerification(mapping.VerificationRecord{
		Conversation: t.c.SID, At: time.Now(), Verification: t.number,
		Digest: digest, Ledger: known, AsAll: t.opts.AsAll,
		Messages: t.sum.Messages.Unchanged, Differences: t.found, Pending: all.Pending + all.Open + all.Blocked,
	}))
}

// notCarried counts a conversation that has no thread, because a policy leaves it out or
// for another reason.
func (t *verified) notCarried(ctx context.Context, leftOut bool) error {
	u, err := countBlocked(ctx, t.src, t.rules, t.c)
	if err != nil {
		return err
	}
	t.sum.Conversations = conversationTally(t.rec, t.rec.Status)
	if t.rec.Status != mapping.StatusBlocked {
		u.messages.Pending, u.messages.Blocked = u.messages.Blocked, 0
		u.media.Pending, u.media.Blocked = u.media.Blocked, 0
	}
	t.sum.Participants = participantTally(t.rec, t.sum.Participants.Total, t.rec.Status, false)
	t.sum.Messages, t.sum.Media = u.messages, u.media
	if leftOut {
		t.leftOut = leftOutOf(t.sum)
	}
	t.unselected = t.unselected.Plus(u.unselected)
	return nil
}

// membersLeftOut counts participants who are no members because somebody wants it so.
func membersLeftOut(losses []mapping.Loss) (n int64) {
	for _, l := range losses {
		switch l.Code {
		case mapping.LossParticipantReadOnly, mapping.LossParticipantOverLimit, mapping.LossPersonDropped:
			n++
		}
	}
	return n
}

// hidden counts a conversation whose thread nobody can read.
func (t *verified) hidden(ctx context.Context, why error) error {
	t.differ(string(t.rec.Thread), why.Error(), "thread")
	u, err := countBlocked(ctx, t.src, t.rules, t.c)
	if err != nil {
		return err
	}
	u.messages.Failed, u.messages.Blocked = u.messages.Blocked, 0
	u.media.Unchecked, u.media.Blocked = u.media.Blocked, 0
	t.sum.Messages, t.sum.Media = u.messages, u.media
	t.unselected = t.unselected.Plus(u.unselected)
	t.sum.Participants.Failed = t.sum.Participants.Total
	t.conclude()
	known, err := t.ledgerDigest(t.rec, func(mapping.MessageRecord) {})
	if err != nil {
		return err
	}
	return t.note("", known)
}

// user is the communication user of key, empty when there is none. Nobody is
// counted for being asked for.
func (t *verified) user(key mapping.PersonKey) (mapping.CommunicationUserID, error) {
	id, known := t.users[key]
	if known {
		return id, nil
	}
	rec, _, err := t.ledger.Person(key)
	t.users[key] = rec.ID
	return rec.ID, ledgerFailure(err)
}

// differParticipant notes a difference of a participant, who counts as failed.
func (t *verified) differParticipant(sid mapping.ParticipantSID, want, got string, path ...string) {
	t.wrong[sid] = true
	t.differ(want, got, append([]string{"participants", string(sid)}, path...)...)
}

// differ notes a difference of the conversation.
func (t *verified) differ(want, got string, path ...string) {
	t.found++
	t.differences.add(Difference{
		Path: PathOf(append([]string{"conversations", string(t.c.SID)}, path...)...), Want: want, Got: got,
	})
}

// compare compares two texts.
func (t *verified) compare(want, got string, path ...string) {
	if want != got {
		want, got = Excerpts(want, got)
		t.differ(want, got, path...)
	}
}

// compareMetadata compares everything that is wanted, and what else there is of
// keys for which ours holds.
func (t *verified) compareMetadata(want, got mapping.Metadata, ours func(string) bool, path ...string) {
	for _, k := range slices.Sorted(maps.Keys(want)) {
		at := slices.Concat(path, []string{"metadata", k})
		if g, ok := got[k]; ok {
			t.compare(want[k], g, at...)
		} else {
			t.differ(excerpt(want[k], 0), "nothing", at...)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[k]; !ok && ours(k) {
			t.differ("nothing", excerpt(got[k], 0), slices.Concat(path, []string{"metadata", k})...)
		}
	}
}

func anyKey(string) bool { return true }
