package migrate

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// exportedThread is a thread that is being exported.
type exportedThread struct {
	*exporter
	recalled

	members map[mapping.CommunicationUserID]bool // now
	begun   *Writing                             // that people have begun it; nil for a thread of the ledger
	spool   writingSpool
	rows    map[mapping.ChatMessageID]spooled
	changed map[mapping.ChatMessageID]bool // migrated messages that are written of
	newest  int64                          // the latest version that was listed
	marks   []mapping.ReadReceipt
	places  map[mapping.ChatMessageID]migratedPart
}

// migratedPart is what an ACS message was migrated from.
type migratedPart struct {
	sid   mapping.MessageSID
	index int64
	part  string
}

// read reads what has changed since, and what the ledger knows of it. The error is a
// *hiddenError when nobody can.
func (t *exportedThread) read(ctx context.Context) error {
	messages, release, err := t.reserve(ctx, t.rec.Conversation)
	if err != nil {
		return err
	}
	defer release()
	if err := t.recall(t.ledger, messages); err != nil {
		return err
	}
	defer func() { t.known = knownIDs{} }() // there may be many, and it may be long until its turn
	r, members, err := t.open(ctx, t.rec)
	if err != nil {
		return err
	}
	t.members = make(map[mapping.CommunicationUserID]bool, len(members))
	for _, m := range members {
		t.members[m.User] = true
	}
	if t.rec.Conversation == "" {
		if t.begun, err = t.beginning(ctx, r, members); err != nil {
			return hiddenOr("read the thread", err)
		}
	}
	t.changed = make(map[mapping.ChatMessageID]bool)
	if err := t.readMessages(ctx, r); err != nil {
		return hiddenOr("read the messages", err)
	}
	receipts, err := r.readReceipts(ctx)
	if err != nil {
		return hiddenOr("read the read marks", err)
	}
	for _, m := range receipts {
		if !m.ReadOn.Before(t.since.Truncate(time.Second)) && !t.writers.standsIn(m.User) {
			t.marks = append(t.marks, m)
		}
	}
	return t.findPlaces()
}

// readMessages reads what has changed since, and then what has changed meanwhile,
// until nothing has.
func (t *exportedThread) readMessages(ctx context.Context, r reading) error {
	const rounds = 5 // of people who never pause, the last changes are left to the next export
	since := t.since
	for range rounds {
		before := t.newest
		if err := t.readSince(ctx, r, since); err != nil {
			return err
		}
		if t.newest == before {
			return nil
		}
		since = time.UnixMilli(t.newest)
	}
	return nil
}

// readSince reads what arrived or changed since. When a page cannot be read it begins
// anew, and leaves out what it has seen.
func (t *exportedThread) readSince(ctx context.Context, r reading, since time.Time) error {
	return t.patience.do(ctx, func(ctx context.Context) error {
		for m, err := range t.acs.ListRawMessages(ctx, r.as, r.thread, since) {
			if err != nil {
				return err
			}
			if err := t.take(m); err != nil {
				return err
			}
		}
		return nil
	})
}

// take takes in a message, unless it is this program's or has been seen as it is.
func (t *exportedThread) take(m mapping.RawChatMessage) error {
	version, err := strconv.ParseInt(m.Version, 10, 64)
	if err != nil {
		version, _ = strconv.ParseInt(string(m.ID), 10, 64)
	}
	t.newest = max(t.newest, version)
	if version < t.since.UnixMilli() || t.rows[m.ID].version >= version {
		return nil
	}
	by := t.judge(m.ChatMessage)
	touched := !m.EditedOn.IsZero() || !m.DeletedOn.IsZero()
	if by == byUs || by == ourButNow && !touched {
		return nil
	}
	w, ok := t.writingOf(m, version)
	if !ok {
		return nil
	}
	if by == ourButNow {
		t.changed[m.ID] = true
	}
	t.rows[m.ID], err = t.spool.add(w, version)
	return err
}

// findPlaces looks up which Twilio messages the migrated ones are.
func (t *exportedThread) findPlaces() error {
	wanted := maps.Clone(t.changed)
	for _, m := range t.marks {
		wanted[m.Message] = true
	}
	t.places = make(map[mapping.ChatMessageID]migratedPart)
	if len(wanted) == 0 {
		return nil
	}
	for rec, err := range t.ledger.Messages(t.rec.Conversation) {
		if err != nil {
			return ledgerFailure(err)
		}
		for i, id := range rec.IDs {
			if !wanted[id] {
				continue
			}
			at := migratedPart{sid: rec.SID, index: rec.Index}
			if len(rec.IDs) > 1 {
				at.part = fmt.Sprintf("%d/%d", i+1, len(rec.IDs))
			}
			t.places[id] = at
		}
	}
	return nil
}

// tell hands on what was read, in the order of time.
func (t *exportedThread) tell() error {
	if t.begun != nil {
		if err := t.hand(*t.begun); err != nil {
			return err
		}
	}
	expelled := make(map[mapping.CommunicationUserID]bool)
	for _, id := range slices.SortedFunc(maps.Keys(t.rows), t.byTime) {
		w, err := t.spool.get(t.rows[id])
		if err != nil {
			return err
		}
		at := t.places[id]
		w.Message, w.Part = at.sid, at.part
		if w.Kind == WritingJoined || w.Kind == WritingLeft {
			if t.dropOurs(&w, expelled); len(w.Members) == 0 {
				continue
			}
		}
		if err := t.hand(w); err != nil {
			return err
		}
	}
	for _, m := range t.marks {
		at, migrated := t.places[m.Message]
		if migrated && t.markedByUs(m.User, at.index) {
			continue
		}
		w := t.writing(WritingRead, m.ReadOn, m.User)
		w.ID, w.Message, w.Part = m.Message, at.sid, at.part
		if err := t.hand(w); err != nil {
			return err
		}
	}
	return nil
}

func (t *exportedThread) hand(w Writing) error {
	t.written[w.Kind]++
	return t.each(w)
}

// byTime orders what was done by when it was, and what was done at once as it arrived.
func (t *exportedThread) byTime(a, b mapping.ChatMessageID) int {
	return cmp.Or(cmp.Compare(t.rows[a].at, t.rows[b].at), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
