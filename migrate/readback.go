package migrate

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/twilio2acs/twilio2acs/mapping"
)

const (
	// verifyThreads is how many threads are read at once.
	verifyThreads = 16
	// maxMessagesRead is how many messages of all threads that are being read are
	// held at once, at about seventy bytes each. A thread of more is read alone.
	maxMessagesRead = 1 << 20
)

// threads reads threads back.
type threads struct {
	acs      VerifyACS
	ledger   VerifyLedger
	patience *patience
	room     *semaphore.Weighted // for messages
}

func newThreads(acs VerifyACS, ledger VerifyLedger, limit time.Duration) *threads {
	return &threads{acs: acs, ledger: ledger, patience: &patience{limit: limit}, room: semaphore.NewWeighted(maxMessagesRead)}
}

// reserve waits until there is room for the messages of a conversation.
func (t *threads) reserve(ctx context.Context, c mapping.ConversationSID) (messages int64, release func(), err error) {
	p, err := t.ledger.Progress(c)
	if err != nil {
		return 0, nil, ledgerFailure(err)
	}
	share := min(p.Messages+1, maxMessagesRead)
	if err := t.room.Acquire(ctx, share); err != nil {
		return 0, nil, err
	}
	return p.Messages, func() { t.room.Release(share) }, nil
}

// reading reads one thread as one of its members.
type reading struct {
	*threads
	as     mapping.CommunicationUserID
	thread mapping.ThreadID
}

// hiddenError says that none of those who should be members may read a thread.
type hiddenError struct{ err error }

func (e *hiddenError) Error() string { return e.err.Error() }
func (e *hiddenError) Unwrap() error { return e.err }

// maxReaders is how many members are tried before a thread counts as hidden.
const maxReaders = 5

// open finds a member who can read the thread of rec, and reads who its members
// are: whoever acts in it, unless that one was taken out or sees a part only.
// The error is a *hiddenError when nobody can.
func (t *threads) open(ctx context.Context, rec mapping.ThreadRecord) (reading, []mapping.ChatParticipant, error) {
	var hidden error
	for _, as := range readersOf(rec) {
		r := reading{t, as, rec.Thread}
		members, err := r.readMembers(ctx)
		if outcomeOf(err) == refused && !final(err) {
			hidden = cmp.Or(hidden, err)
			continue
		}
		if err == nil {
			r.as = bestReader(as, members, candidates(rec))
		}
		return r, members, step("read the members", err)
	}
	return reading{}, nil, &hiddenError{hidden}
}

// candidates are those who should be able to read a thread: whoever acts in it goes
// first.
func candidates(rec mapping.ThreadRecord) []mapping.CommunicationUserID {
	users := []mapping.CommunicationUserID{rec.Acting()}
	for _, m := range rec.Members {
		if !m.Left && m.ID != rec.Acting() {
			users = append(users, m.ID)
		}
	}
	return users
}

// readersOf are those of the candidates who are tried.
func readersOf(rec mapping.ThreadRecord) []mapping.CommunicationUserID {
	users := candidates(rec)
	return users[:min(len(users), maxReaders)]
}

// bestReader is as, or the first of candidates that sees more of the history.
func bestReader(as mapping.CommunicationUserID, members []mapping.ChatParticipant, users []mapping.CommunicationUserID) mapping.CommunicationUserID {
	since := make(map[mapping.CommunicationUserID]time.Time, len(members))
	for _, m := range members {
		since[m.User] = m.HistorySince
	}
	for _, c := range users {
		s, isMember := since[c]
		if best, stays := since[as]; isMember && (!stays || s.Before(best)) {
			as = c
		}
	}
	return as
}

func (r reading) readProperties(ctx context.Context) (got mapping.ChatThread, err error) {
	err = r.patience.do(ctx, func(ctx context.Context) (err error) {
		got, err = r.acs.FetchThread(ctx, r.as, r.thread)
		return err
	})
	return got, err
}

// readMembers lists them by user.
func (r reading) readMembers(ctx context.Context) (got []mapping.ChatParticipant, err error) {
	err = r.patience.do(ctx, func(ctx context.Context) error {
		got = got[:0]
		for p, err := range r.acs.ListParticipants(ctx, r.as, r.thread) {
			if err != nil {
				return err
			}
			got = append(got, p)
		}
		return nil
	})
	slices.SortFunc(got, func(a, b mapping.ChatParticipant) int { return strings.Compare(string(a.User), string(b.User)) })
	return got, err
}

// readMarks is up to which message each member has read, by its ID.
func (r reading) readMarks(ctx context.Context) (map[mapping.CommunicationUserID]int64, error) {
	got := make(map[mapping.CommunicationUserID]int64)
	err := r.patience.do(ctx, func(ctx context.Context) error {
		clear(got)
		for mark, err := range r.acs.ListReadReceipts(ctx, r.as, r.thread) {
			if err != nil {
				return err
			}
			if id, err := strconv.ParseInt(string(mark.Message), 10, 64); err == nil {
				got[mark.User] = max(got[mark.User], id)
			}
		}
		return nil
	})
	return got, err
}

func (r reading) readMessage(ctx context.Context, id int64) (got mapping.ChatMessage, err error) {
	err = r.patience.do(ctx, func(ctx context.Context) (err error) {
		got, err = r.acs.FetchMessage(ctx, r.as, r.thread, mapping.ChatMessageID(strconv.FormatInt(id, 10)))
		return err
	})
	return got, err
}

// onePage is how many messages a list shows in one answer
// (learn.microsoft.com, Chat REST API, List Chat Messages: maxPageSize). Within
// one answer nothing can change.
const onePage = 200

// readMessages reads all messages that people sent, this program's among them. The
// list is ordered by last change: what is changed between two of its pages goes
// to the front and is missed, so what changed meanwhile is read again.
func (r reading) readMessages(ctx context.Context, expected int64) (*table, error) {
	var t *table
	err := r.each(ctx, time.Time{}, func() { t = newTable(expected) }, func(m mapping.ChatMessage) { t.add(m) })
	if err != nil {
		return nil, err
	}
	t.settle()
	if len(t.rows) <= onePage {
		return t, nil
	}
	const rounds = 5 // in a thread in which people never pause, the last changes are left out
	for range rounds {
		newest := t.newest
		var changed *table
		err := r.each(ctx, t.end(), func() { changed = newTable(0) }, func(m mapping.ChatMessage) { changed.add(m) })
		if err != nil {
			return nil, err
		}
		t.merge(changed)
		if t.newest == newest {
			break
		}
	}
	return t, nil
}

// each hands on the messages that people sent which arrived or changed since.
// It begins anew when a page cannot be read.
func (r reading) each(ctx context.Context, since time.Time, begin func(), each func(mapping.ChatMessage)) error {
	return r.patience.do(ctx, func(ctx context.Context) error {
		begin()
		for m, err := range r.acs.ListMessages(ctx, r.as, r.thread, since) {
			if err != nil {
				return err
			}
			if m.Type == mapping.TypeText || m.Type == mapping.TypeHTML {
				each(m)
			}
		}
		return nil
	})
}
