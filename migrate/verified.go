package migrate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// verified is one conversation being verified.
type verified struct {
	*verifier
	c      mapping.Conversation
	rec    mapping.ThreadRecord
	roster *mapping.Roster
	as     mapping.CommunicationUserID

	sum     Summary
	diffs   []Difference
	more    int
	foreign int64
}

func (t *verified) run(ctx context.Context) error {
	s, err := survey(ctx, t.src, t.rules, t.dir, t.c)
	if err != nil {
		return err
	}
	t.roster = s.roster
	if t.rec, _, err = t.ledger.Thread(t.c.SID); err != nil {
		return ledgerFailure(err)
	}
	t.sum.Participants.Total = s.participants
	if t.rec.Thread == "" {
		return t.notCarried(ctx)
	}
	t.as = t.rec.CreatorID
	t.sum.Conversations.Total = 1
	if err := t.thread(ctx, s.draft); err != nil {
		return err
	}
	if err := t.members(ctx); err != nil {
		return err
	}
	if err := t.messages(ctx); err != nil {
		return err
	}
	if len(t.diffs) > 0 {
		t.sum.Conversations.Failed = 1
	} else if t.rec.Status == mapping.StatusDone {
		t.sum.Conversations.Unchanged = 1
	} else {
		t.sum.Conversations.Pending = 1
	}
	return nil
}

// notCarried counts a conversation that has no thread.
func (t *verified) notCarried(ctx context.Context) error {
	messages, media, err := countBlocked(ctx, t.src, t.c)
	if err != nil {
		return err
	}
	t.sum.Conversations = conversationTally(t.rec, t.rec.Status)
	if t.rec.Status != mapping.StatusBlocked {
		messages.Pending, messages.Blocked = messages.Blocked, 0
		media.Pending, media.Blocked = media.Blocked, 0
	}
	t.sum.Participants = participantTally(t.rec, t.sum.Participants.Total, t.rec.Status, false)
	t.sum.Messages, t.sum.Media = messages, media
	return nil
}

func (t *verified) thread(ctx context.Context, draft mapping.ThreadDraft) error {
	var got mapping.ChatThread
	err := t.patience.do(ctx, func(ctx context.Context) (err error) {
		got, err = t.acs.FetchThread(ctx, t.as, t.rec.Thread)
		return err
	})
	if outcomeOf(err) == refused {
		t.differ("thread", string(t.rec.Thread), err.Error())
		return nil
	}
	if err != nil {
		return step("read the thread", err)
	}
	t.compare("topic", draft.Topic, got.Topic)
	t.compareMetadata("metadata", draft.Metadata, got.Metadata)
	return nil
}

// members compares those of the thread with the participants.
func (t *verified) members(ctx context.Context) error {
	got := make(map[mapping.CommunicationUserID]mapping.ChatParticipant)
	err := t.patience.do(ctx, func(ctx context.Context) error {
		clear(got)
		for p, err := range t.acs.ListParticipants(ctx, t.as, t.rec.Thread) {
			if err != nil {
				return err
			}
			got[p.User] = p
		}
		return nil
	})
	if outcomeOf(err) == refused {
		t.differ("members", "a list", err.Error())
		return nil
	}
	if err != nil {
		return step("read the members", err)
	}
	before := len(t.diffs)
	for _, m := range t.roster.Members {
		if err := t.member(m, got); err != nil {
			return err
		}
	}
	keeper, err := t.keeperWhoStays()
	if err != nil {
		return err
	}
	delete(got, keeper)
	for _, id := range slices.Sorted(maps.Keys(got)) {
		if t.rec.Status == mapping.StatusDone || !slices.Contains(t.rec.Temporary, id) {
			t.differ("members", "nobody else", "a member "+strconv.Quote(got[id].DisplayName))
		}
	}
	failed := min(int64(len(t.diffs)-before), t.sum.Participants.Total)
	t.sum.Participants.Failed, t.sum.Participants.Unchanged = failed, t.sum.Participants.Total-failed
	return nil
}

func (t *verified) member(m mapping.Member, got map[mapping.CommunicationUserID]mapping.ChatParticipant) error {
	path := "participants/" + string(m.Participant.SID)
	id, err := t.person(m.Key)
	if err != nil {
		return err
	}
	p, ok := got[id]
	if !ok || id == "" {
		t.differ(path, "a member", "none")
		return nil
	}
	delete(got, id)
	t.compare(path+"/displayName", m.DisplayName, p.DisplayName)
	t.compareMetadata(path+"/metadata", m.Metadata, p.Metadata)
	return nil
}

// keeperWhoStays is the keeper of a thread that has nobody else.
func (t *verified) keeperWhoStays() (mapping.CommunicationUserID, error) {
	if t.rec.Creator != mapping.Keeper {
		return "", nil
	}
	return t.person(mapping.Keeper)
}

func (t *verified) differ(path, want, got string) {
	if len(t.diffs) == maxDifferences {
		t.more++
		return
	}
	t.diffs = append(t.diffs, Difference{
		Path: fmt.Sprintf("conversations/%s/%s", t.c.SID, path), Want: want, Got: got,
	})
}

func (t *verified) compare(path, want, got string) {
	if want != got {
		want, got = excerpts(want, got)
		t.differ(path, want, got)
	}
}

func (t *verified) compareMetadata(path string, want, got mapping.Metadata) {
	for _, k := range slices.Sorted(maps.Keys(want)) {
		g, ok := got[k]
		switch {
		case !ok:
			t.differ(path+"/"+k, excerpt(want[k], 0), "nothing")
		default:
			t.compare(path+"/"+k, want[k], g)
		}
	}
}
