package migrate

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// messages compares the thread's messages with the conversation's, in order.
func (t *verified) messages(ctx context.Context) error {
	t.due = t.dueMarks()
	for p, err := range pairs(carried(t.rules, t.c, t.src.Messages(ctx, t.c, -1)), t.ledger.Messages(t.c.SID)) {
		if err != nil {
			return err
		}
		switch {
		case p.message == nil:
			t.gone(*p.record)
		case p.record == nil && p.message.LeftOut:
			t.unselected.countUnselected(*p.message)
		case p.record == nil:
			t.notYet(*p.message)
		default:
			if err := t.message(ctx, *p.message, *p.record); err != nil {
				return step("message "+string(p.message.SID), err)
			}
		}
	}
	t.compareOrder()
	for s, twice := range t.thread.table.unclaimed {
		want, got := "no such message", "ACS message %d"
		if twice {
			want, got = "one message", "another, ACS message %d"
		}
		t.differ(want, fmt.Sprintf(got, s.id), "messages", string(t.thread.table.sidOf(s.key)))
	}
	return nil
}

// gone compares a message that the source does not have any more: it is deleted
// in ACS, or still to be.
func (t *verified) gone(rec mapping.MessageRecord) {
	t.thread.table.mark(rec.SID, rec.IDs, isClaimed)
	if rec.Amendment == nil || !rec.Amendment.Deleted {
		t.sum.Messages.add(Tally{Total: 1, Pending: 1})
		return
	}
	before := t.found
	for _, id := range rec.IDs {
		if place, ok := t.thread.table.at(id); ok && !t.thread.table.rows[place].is(isDeleted) {
			t.differ("a deleted message", "ACS message "+string(id), "messages", string(rec.SID))
		}
	}
	if t.found > before {
		t.sum.Messages.add(Tally{Total: 1, Failed: 1})
	}
}

// notYet counts a message that has not been carried. It may have arrived without
// anybody noting it.
func (t *verified) notYet(m mapping.Message) {
	t.thread.table.mark(m.SID, nil, isClaimed)
	n := int64(len(m.Media))
	t.sum.Messages.add(Tally{Total: 1, Pending: 1})
	t.sum.Media.add(Tally{Total: n, Pending: n})
}

// message compares one message of the source with what stands for it.
func (t *verified) message(ctx context.Context, m mapping.Message, rec mapping.MessageRecord) error {
	m.LeftOut = false // it has been carried
	t.unselected.countUnselected(m)
	found, err := t.media(ctx, m)
	if err != nil {
		return err
	}
	if changedSince(m, rec) { // the next run's business
		t.thread.table.mark(rec.SID, rec.IDs, isClaimed)
		t.thread.table.mark(m.SID, nil, isClaimed)
		t.sum.Messages.add(Tally{Total: 1, Pending: 1})
		return nil
	}
	before := t.found
	e := &expectation{verified: t, m: m, rec: rec, found: found}
	if err := e.compare(ctx); err != nil {
		return err
	}
	if t.found > before {
		t.sum.Messages.add(Tally{Total: 1, Failed: 1})
		t.thread.table.mark(m.SID, rec.IDs, isWrong)
	} else {
		t.sum.Messages.add(Tally{Total: 1, Unchanged: 1})
		if m.Erased == mapping.ActionDrop {
			t.within.Messages++
		}
	}
	return nil
}

// changedSince reports whether m is no longer what was carried. Of a record that
// does not know what that was, the message itself has to tell.
func changedSince(m mapping.Message, rec mapping.MessageRecord) bool {
	if rec.SID != m.SID || rec.Amendment != nil && rec.Amendment.Deleted {
		return true
	}
	return rec.Source != mapping.SourceDigest{} && rec.Source != m.Source()
}

// expectation is a message of the source that has been carried.
type expectation struct {
	*verified
	m     mapping.Message
	rec   mapping.MessageRecord
	found map[mapping.MediaSID]mapping.FoundMedia
	draft mapping.MessageDraft
	// moved says that somebody else would send it now.
	moved bool
}

func (e *expectation) compare(ctx context.Context) error {
	var err error
	if e.m, err = withReceipts(ctx, e.src, e.rules, e.c, e.m); err != nil && !errors.Is(err, errGone) {
		return err
	}
	e.draft = e.drafted(e.roster)
	if e.rec.Amendment != nil && e.rec.Amendment.Foreign {
		return e.left()
	}
	if err := e.underOldName(); err != nil {
		return err
	}
	if err := e.chunk(ctx); err != nil {
		return err
	}
	for i := range e.draft.Parts { // what stands there of more parts is claimed by nothing
		if err := e.part(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// drafted is the message as it was sent, or, once it had been edited in Twilio,
// as it was written anew into the places that it had.
func (e *expectation) drafted(ro *mapping.Roster) (draft mapping.MessageDraft) {
	switch {
	case e.rec.Stub:
		draft, _ = stubOf(e.rules, ro, e.m)
	case e.rec.Amendment != nil && len(e.rec.Amendment.Written) > 0:
		draft, _ = e.rules.Edition(ro, e.m, e.found, len(e.rec.IDs))
	default:
		draft, _ = e.rules.ChatMessage(ro, e.m, e.found)
	}
	return draft
}

// left compares a message that people have changed and a run has left to them:
// only who sent it is still known.
func (e *expectation) left() error {
	e.thread.table.mark(e.m.SID, e.rec.IDs, isClaimed)
	for _, id := range e.rec.IDs {
		if place, ok := e.thread.table.at(id); ok {
			if err := e.sender(e.thread.table.rows[place], "messages", string(e.m.SID)); err != nil {
				return err
			}
		}
	}
	return nil
}

// underOldName drafts a long message anew under the name that its author had
// when it was sent: a name of another length moves the cuts between its parts.
func (e *expectation) underOldName() error {
	if len(e.draft.Parts) < 2 && len(e.rec.IDs) < 2 || len(e.rec.IDs) == 0 {
		return nil
	}
	place, ok := e.thread.table.at(e.rec.IDs[0])
	if !ok {
		return nil
	}
	s := e.thread.table.rows[place]
	name := e.thread.table.voices[s.voice].name
	if name == "" || name == e.draft.Sender.DisplayName {
		return nil
	}
	old, err := e.hadOtherName(s)
	if old && err == nil {
		e.draft = e.drafted(e.roster.Under(name))
	}
	return err
}

// part compares part i of the message.
func (e *expectation) part(ctx context.Context, i int) error {
	n := len(e.draft.Parts)
	number := packPart(partOf(i, n))
	path := messagePath(e.m.SID, number)
	var id mapping.ChatMessageID
	if i < len(e.rec.IDs) {
		id = e.rec.IDs[i]
	}
	s, ok := e.thread.table.claim(keyOf(e.m.SID), number, id)
	switch {
	case !ok:
		e.differ("a message", "none", path...)
		return nil
	case s.is(isDeleted):
		e.differ("a message", fmt.Sprintf("a deleted one, ACS message %d", s.id), path...)
		return nil
	}
	e.place(s, id, path)
	if err := e.sender(s, path...); err != nil {
		return err
	}
	part := e.draft.Parts[i]
	if err := e.name(s, part.SenderDisplayName, path); err != nil {
		return err
	}
	if s.digest == contentOf(part.Content, part.Metadata) || e.wasWritten(i, s) || e.underOldAuthor(part, s) {
		return nil
	}
	return e.explain(ctx, s, part, path)
}

// messagePath names a message, or a part of a long one.
func messagePath(sid mapping.MessageSID, part uint32) []string {
	path := []string{"messages", string(sid)}
	if part != 0 {
		path = append(path, "parts", strconv.Itoa(int(part>>16)))
	}
	return path
}

// place compares where in the thread a message stands.
func (e *expectation) place(s stood, id mapping.ChatMessageID, path []string) {
	late := e.rec.Amendment != nil && e.rec.Amendment.Late
	switch {
	case id != "" && string(id) != strconv.FormatInt(s.id, 10):
		e.differ("ACS message "+string(id), fmt.Sprintf("ACS message %d", s.id), path...)
	case !late: // else it came to light when later ones had been sent
		e.order = append(e.order, s.id)
		e.arrived(e.m.Index, s.id)
	}
}

// wasWritten reports whether s is what a sync wrote into part i.
func (e *expectation) wasWritten(i int, s stood) bool {
	a := e.rec.Amendment
	return a != nil && i < len(a.Written) && a.Written[i] == hex.EncodeToString(s.digest[:])
}

// explain reads a message that is not as it should be again, to name what is not.
func (e *expectation) explain(ctx context.Context, s stood, want mapping.NewChatMessage, path []string) error {
	got, err := e.thread.readMessage(ctx, s.id)
	if err != nil {
		return step("read an ACS message", err)
	}
	e.verified.compare(want.Content, got.Content, slices.Concat(path, []string{"content"})...)
	e.compareMetadata(want.Metadata, got.Metadata, anyKey, path...)
	return nil
}
