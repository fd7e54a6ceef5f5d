package migrate

import (
	"context"
	"strconv"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// remains is a thread as a rollback finds it.
type remains struct {
	*rollback
	recalled
	as mapping.CommunicationUserID // a member who can read it

	properties mapping.ChatThread
	members    []mapping.ChatParticipant
	seen       map[mapping.ChatMessageID]seenMessage
	newest     int64 // the latest version

	// What people have done in it.
	written, changed, joined int64
	retouched                bool // topic or metadata
}

// seenMessage is a message in the state in which it was last listed.
type seenMessage struct {
	version int64
	by      authorship
}

// read reads everything, into the inventory as well. The error is a *hiddenError
// when nobody can.
func (f *remains) read(ctx context.Context, messages int64) error {
	if err := f.recall(f.ledger, messages); err != nil {
		return err
	}
	r, members, err := f.open(ctx, f.rec)
	if err != nil {
		return err
	}
	f.as, f.members = r.as, members
	if f.properties, err = r.readProperties(ctx); err != nil {
		return hiddenOr("read the thread", err)
	}
	if err := f.listFrame(ctx, r); err != nil {
		return err
	}
	f.seen = make(map[mapping.ChatMessageID]seenMessage, messages)
	return f.readMessages(ctx, r)
}

// listFrame writes what is around the messages to the inventory.
func (f *remains) listFrame(ctx context.Context, r reading) error {
	p := f.properties
	err := f.inventory.line(inventoryThread{f.head("thread"), p.Topic, p.CreatedOn, p.CreatedBy, p.Metadata, p.Retention()})
	if err != nil {
		return err
	}
	for _, m := range f.members {
		if !f.ours.hasUser(m.User) {
			f.joined++
		}
		if err := f.inventory.line(inventoryMember{f.head("member"), m, m.HistorySince}); err != nil {
			return err
		}
	}
	receipts, err := r.readReceipts(ctx)
	if err != nil {
		return hiddenOr("read the read marks", err)
	}
	for _, m := range receipts {
		if err := f.inventory.line(inventoryReceipt{f.head("receipt"), m.User, m.Message, m.ReadOn}); err != nil {
			return err
		}
	}
	was := f.rec.Content
	f.retouched = was.Topic != "" && (p.Topic != was.Topic || was.Metadata.Update(p.Metadata) != nil)
	return nil
}

func (f *remains) head(kind string) inventoryHead {
	return inventoryHead{kind, f.rec.Conversation, f.rec.Thread}
}

// readReceipts lists the read marks.
func (r reading) readReceipts(ctx context.Context) (got []mapping.ReadReceipt, err error) {
	err = r.patience.do(ctx, func(ctx context.Context) error {
		got = got[:0]
		for m, err := range r.acs.ListReadReceipts(ctx, r.as, r.thread) {
			if err != nil {
				return err
			}
			got = append(got, m)
		}
		return nil
	})
	return got, err
}

// readMessages reads all messages, and then what has changed meanwhile, until
// nothing has: the list is ordered by last change, so that what is changed between
// two of its pages is missed, and people may be writing at this moment.
func (f *remains) readMessages(ctx context.Context, r reading) error {
	const rounds = 5 // people who never pause are using the thread in any case
	var since time.Time
	for range rounds {
		before := f.newest
		if err := f.readSince(ctx, r, since); err != nil {
			return hiddenOr("read the messages", err)
		}
		if f.newest == before {
			return nil
		}
		since = time.UnixMilli(f.newest)
	}
	return nil
}

// readSince reads what arrived or changed since. When a page cannot be read it
// begins anew, and leaves out what it has seen.
func (f *remains) readSince(ctx context.Context, r reading, since time.Time) error {
	return f.patience.do(ctx, func(ctx context.Context) error {
		for m, err := range f.acs.ListRawMessages(ctx, r.as, r.thread, since) {
			if err != nil {
				return err
			}
			if err := f.take(m); err != nil {
				return err
			}
		}
		return nil
	})
}

// take takes in a message, unless it has been seen as it is.
func (f *remains) take(m mapping.RawChatMessage) error {
	version, err := strconv.ParseInt(m.Version, 10, 64)
	if err != nil {
		version, _ = strconv.ParseInt(string(m.ID), 10, 64)
	}
	before, again := f.seen[m.ID]
	if again && before.version >= version {
		return nil
	}
	f.newest = max(f.newest, version)
	now := seenMessage{version, f.judge(m.ChatMessage)}
	if again {
		f.tally(before.by, -1)
	} else {
		f.opts.Progress(1)
	}
	f.tally(now.by, 1)
	f.seen[m.ID] = now
	return f.inventory.line(inventoryMessage{f.head("message"), now.by.String(), m.Raw})
}

func (f *remains) tally(by authorship, n int64) {
	switch by {
	case byPeople:
		f.written += n
	case ourButNow:
		f.changed += n
	}
}

// end writes to the inventory what becomes of the thread.
func (f *remains) end(verdict error) error {
	end := inventoryEnd{inventoryHead: f.head("end"), People: f.written, Deleted: verdict == nil}
	for _, m := range f.seen {
		if m.by != bySystem {
			end.Messages++
		}
	}
	if verdict != nil {
		end.Kept = verdict.Error()
	}
	return f.inventory.line(end)
}

// gone reports whether the thread was deleted before.
func (f *remains) gone() bool { return !f.properties.DeletedOn.IsZero() }
