package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// expected is a message as it must look once it has been sent.
type expected struct {
	sid     mapping.MessageSID
	part    string // "2/3"; empty for a message of one part
	from    mapping.CommunicationUserID
	message mapping.NewChatMessage
}

type tailKey struct {
	sid  mapping.MessageSID
	part string
}

// tail holds the messages of this program that a reading found in the thread
// above the last acknowledged one: those whose acknowledgement was lost. There
// are no more of them than acknowledgements wait for one flush of the ledger.
type tail struct {
	found map[tailKey]mapping.ChatMessage
	// doubles are further messages of the same key.
	doubles []mapping.ChatMessage
}

func (t *tail) holds(sid mapping.MessageSID) bool {
	for k := range t.found {
		if k.sid == sid {
			return true
		}
	}
	return false
}

// adopt takes want out of the tail if it is there, exactly as it was sent.
func (t *tail) adopt(want expected) (mapping.ChatMessageID, error) {
	key := tailKey{want.sid, want.part}
	got, ok := t.found[key]
	if !ok {
		return "", nil
	}
	switch {
	case got.Sender != want.from:
		return "", &OpenError{fmt.Sprintf("ACS message %s carries %s, but somebody else sent it", got.ID, want.sid)}
	case !got.DeletedOn.IsZero() || !got.EditedOn.IsZero():
		return "", &OpenError{fmt.Sprintf("ACS message %s carries %s, but was changed since it was sent", got.ID, want.sid)}
	case got.Digest() != want.message.Digest() && earlier(got, want.message):
		return "", errEarlier
	case got.Digest() != want.message.Digest():
		return "", &OpenError{fmt.Sprintf("ACS message %s carries %s, but not its content", got.ID, want.sid)}
	}
	delete(t.found, key)
	return got.ID, nil
}

// errEarlier says that a message stands in the thread as it was before it was
// edited in Twilio.
var errEarlier = errors.New("an earlier state of the message stands in the thread")

// earlier reports whether got is a state of the message that Twilio has changed
// since: it names another time of change.
func earlier(got mapping.ChatMessage, want mapping.NewChatMessage) bool {
	return got.Metadata[mapping.KeyCreatedAt] == want.Metadata[mapping.KeyCreatedAt] &&
		got.Metadata[mapping.KeyUpdatedAt] != want.Metadata[mapping.KeyUpdatedAt]
}

// acquaintance is what this process knows of what stands in a thread.
type acquaintance struct {
	// fresh says that this process minted the thread's creation key, so that
	// nothing can be in the thread that it does not know of.
	fresh bool
	// read says that the thread's tail has been read, or need not be.
	read bool
}

// firstContact reads the tail before the first message this process sends to a
// thread that an earlier one may have written to. If that process did not end
// by itself, its last request may still be under way, so the reading is
// repeated until Options.Settle has passed.
func (w *worker) firstContact(ctx context.Context) error {
	if w.read || w.fresh {
		w.read = true
		return nil
	}
	w.arrived(w.progress.LastID) // as if just now: the clocks may differ
	w.recall()
	for {
		t, err := w.readTail(ctx)
		if err != nil {
			return err
		}
		w.tail = t
		wait := w.untilQuiet()
		if wait <= 0 {
			w.read = true
			return nil
		}
		if err := sleep(ctx, min(wait, w.opts.Settle/2)); err != nil {
			return err
		}
	}
}

// recall lets the window pass into which an earlier process may have sent as much
// as it takes, since the scheduler knows only of its own calls.
func (w *worker) recall() {
	ms, err := strconv.ParseInt(string(w.progress.LastID), 10, 64)
	if err != nil || w.opts.Gap == 0 || w.settled() {
		return
	}
	window := limits.Slowest(limits.SendMessage, limits.PerThread).Window
	gaps := window / time.Second
	w.next = later(w.next, time.UnixMilli(ms).Add(gaps*w.opts.Gap))
}

// untilQuiet is how long a request of the previous process may still arrive.
func (w *worker) untilQuiet() time.Duration {
	if w.unclean.IsZero() {
		return 0
	}
	return time.Until(w.unclean.Add(beatEvery + w.opts.Settle))
}

// settle finds out what became of a send whose outcome is unknown. The message
// counts as not sent when three readings spread over Options.Settle miss it.
func (w *worker) settle(ctx context.Context, want expected, since time.Time) (mapping.ChatMessageID, error) {
	const readings = 3
	for i := range readings {
		at := since.Add(w.opts.Settle * time.Duration(i) / (readings - 1))
		if err := sleep(ctx, time.Until(at)); err != nil {
			return "", err
		}
		t, err := w.readTail(ctx)
		if err != nil {
			return "", err
		}
		if id, err := t.adopt(want); id != "" || err != nil {
			return id, err
		}
	}
	return "", nil
}

// readTail reads the messages of this program above the last acknowledged one.
// The list is ordered by last change and people may write and edit meanwhile,
// so it is read again until its head stays the same.
func (w *worker) readTail(ctx context.Context) (tail, error) {
	for {
		t, head, err := w.readTailOnce(ctx)
		if err != nil {
			return tail{}, err
		}
		again, err := w.head(ctx)
		if err != nil {
			return tail{}, err
		}
		if again == head {
			return t, w.removeDoubles(ctx, t)
		}
	}
}

func (w *worker) readTailOnce(ctx context.Context) (t tail, head string, err error) {
	last, _ := strconv.ParseInt(string(w.progress.LastID), 10, 64)
	err = w.patience.do(ctx, func(ctx context.Context) error {
		t, head = tail{found: make(map[tailKey]mapping.ChatMessage)}, ""
		for m, err := range w.acs.ListMessages(ctx, w.rec.Acting(), w.rec.Thread, w.tailStart()) {
			if err != nil {
				return err
			}
			if head == "" {
				head = string(m.ID) + "@" + m.Version
			}
			id, err := strconv.ParseInt(string(m.ID), 10, 64)
			sid := mapping.MessageSID(m.Metadata[mapping.KeyMessageSID])
			if err != nil || id <= last || sid == "" || w.dropped(m.ID) {
				continue
			}
			t.add(m)
		}
		return nil
	})
	return t, head, err
}

// add takes in a message of this program. Of several with the same key the first
// to arrive is the one; pages overlap when people edit meanwhile.
func (t *tail) add(m mapping.ChatMessage) {
	key := tailKey{mapping.MessageSID(m.Metadata[mapping.KeyMessageSID]), m.Metadata[mapping.KeyPart]}
	other, ok := t.found[key]
	switch {
	case !ok || other.ID == m.ID:
		t.found[key] = m
	case slices.ContainsFunc(t.doubles, func(d mapping.ChatMessage) bool { return d.ID == m.ID }):
	case after(m.ID, other.ID):
		t.doubles = append(t.doubles, m)
	default:
		t.doubles = append(t.doubles, other)
		t.found[key] = m
	}
}

// head is the latest change of the thread.
func (w *worker) head(ctx context.Context) (string, error) {
	var head string
	err := w.patience.do(ctx, func(ctx context.Context) error {
		head = ""
		for m, err := range w.acs.ListMessages(ctx, w.rec.Acting(), w.rec.Thread, w.tailStart()) {
			if err != nil {
				return err
			}
			head = string(m.ID) + "@" + m.Version
			break
		}
		return nil
	})
	return head, err
}

// tailStart is from when on the thread is read: a little before the last
// acknowledged message, in the server's time.
func (w *worker) tailStart() time.Time {
	const margin = time.Minute
	ms, err := strconv.ParseInt(string(w.progress.LastID), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).Add(-margin)
}

// clearTail deals with messages of this program that the source did not ask for.
// One that was deleted in Twilio before it was acknowledged goes; anything else
// parks the conversation.
func (w *worker) clearTail(ctx context.Context) error {
	if len(w.tail.found) == 0 {
		return nil
	}
	known, err := w.acknowledgedIDs()
	if err != nil {
		return err
	}
	for key, m := range w.tail.found {
		if known[m.ID] {
			continue // a late one, which stands behind its place
		}
		gone, err := w.isGone(ctx, departed{w.c.ServiceSID, w.c.SID, mapping.MessageRecord{SID: key.sid}})
		if err != nil {
			return err
		}
		ours, err := w.sentByUs(m)
		if err != nil {
			return err
		}
		if !gone || !ours || !m.EditedOn.IsZero() || !m.DeletedOn.IsZero() {
			return &OpenError{fmt.Sprintf("ACS message %s carries %s, which does not come after what was acknowledged", m.ID, key.sid)}
		}
		if err := w.drop(ctx, m); err != nil {
			return err
		}
	}
	w.tail = tail{}
	return nil
}

// sentByUs reports whether a message whose source is gone looks in every respect
// as this program would have sent it: anybody can write its keys.
func (w *worker) sentByUs(m mapping.ChatMessage) (bool, error) {
	if !w.comesLater(m) || m.Metadata[mapping.KeyCreatedAt] == "" {
		return false, nil
	}
	author := m.Metadata[mapping.KeyAuthor] // a participant SID where the author is an address
	for _, like := range []mapping.Message{{Author: author}, {ParticipantSID: mapping.ParticipantSID(author)}} {
		rec, _, err := w.ledger.Person(w.roster.Sender(like).Key)
		if err != nil {
			return false, ledgerFailure(err)
		}
		if rec.ID != "" && rec.ID == m.Sender {
			return true, nil
		}
	}
	return false, nil
}

// comesLater reports whether m says that it comes after what was acknowledged.
func (w *worker) comesLater(m mapping.ChatMessage) bool {
	index, err := strconv.ParseInt(m.Metadata[mapping.KeyMessageIndex], 10, 64)
	return err == nil && index > w.progress.LastIndex
}
