package migrate_test

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// modelLedger is a ledger in memory with the durability of the real one: what is
// recorded is on disk at once, acknowledgements and notes are once something is
// recorded or they are flushed, and a crash loses what is not. A run's signs of
// life are written beside its work.
type modelLedger struct {
	acs *modelACS // whose process it belongs to

	mu       sync.Mutex
	persons  map[mapping.PersonKey]mapping.PersonRecord
	threads  map[mapping.ConversationSID]mapping.ThreadRecord
	messages map[int64]mapping.MessageRecord // as acknowledged, of the one conversation
	amended  map[int64]mapping.MessageRecord
	waiting  []mapping.MessageRecord
	noted    *mapping.ThreadRecord // waits as well; nil for none
	run      mapping.RunRecord
}

func newModelLedger() *modelLedger {
	return &modelLedger{
		persons: map[mapping.PersonKey]mapping.PersonRecord{}, threads: map[mapping.ConversationSID]mapping.ThreadRecord{},
		messages: map[int64]mapping.MessageRecord{}, amended: map[int64]mapping.MessageRecord{},
	}
}

// begin opens the ledger for the next process.
func (l *modelLedger) begin(acs *modelACS) { l.acs, l.waiting, l.noted = acs, nil, nil }

// commit is one write of something and of everything acknowledged.
func (l *modelLedger) commit(write func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.acs.dead.Load() {
		return errCrash
	}
	for _, rec := range l.waiting {
		l.messages[rec.Index] = rec
	}
	l.waiting = nil
	if l.noted != nil {
		l.threads[l.noted.Conversation] = *l.noted
		l.noted = nil
	}
	write()
	return nil
}

func (l *modelLedger) RecordPerson(p mapping.PersonRecord) error {
	return l.commit(func() { l.persons[p.Key] = p })
}

func (l *modelLedger) RecordThread(t mapping.ThreadRecord) error {
	return l.commit(func() { l.threads[t.Conversation] = cloneThread(t) })
}

func cloneThread(t mapping.ThreadRecord) mapping.ThreadRecord {
	t.Members, t.Temporary, t.Dropped = slices.Clone(t.Members), slices.Clone(t.Temporary), slices.Clone(t.Dropped)
	t.Doubtful, t.Losses = slices.Clone(t.Doubtful), maps.Clone(t.Losses)
	return t
}

func (l *modelLedger) NoteThread(t mapping.ThreadRecord) error {
	if l.acs.dead.Load() {
		return errCrash
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t = cloneThread(t)
	l.noted = &t
	return nil
}

// known are the records of all threads.
func (l *modelLedger) known() map[mapping.ConversationSID]mapping.ThreadRecord {
	l.mu.Lock()
	defer l.mu.Unlock()
	threads := maps.Clone(l.threads)
	if l.noted != nil {
		threads[l.noted.Conversation] = *l.noted
	}
	return threads
}

func (l *modelLedger) Acknowledge(_ mapping.ConversationSID, m mapping.MessageRecord) error {
	if l.acs.dead.Load() {
		return errCrash
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, m)
	return nil
}

func (l *modelLedger) Amend(_ mapping.ConversationSID, m mapping.MessageRecord) error {
	return l.commit(func() { l.amended[m.Index] = m })
}

func (l *modelLedger) Forget(c mapping.ConversationSID) error {
	return l.commit(func() {
		delete(l.threads, c)
		clear(l.messages)
		clear(l.amended)
	})
}

func (l *modelLedger) Restored() (time.Time, bool)           { return time.Time{}, false }
func (l *modelLedger) ClearRestored() error                  { return errors.New("it is no copy") }
func (l *modelLedger) RecordMedia(mapping.MediaRecord) error { return errors.New("there are no files") }
func (l *modelLedger) RecordAttempt(mapping.Attempt) error   { return nil }
func (l *modelLedger) Flush() error                          { return l.commit(func() {}) }
func (l *modelLedger) LastRun() (mapping.RunRecord, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.run, l.run.Number > 0, nil
}

func (l *modelLedger) BeginRun(now time.Time) (mapping.RunRecord, error) {
	var begun mapping.RunRecord
	err := l.commit(func() {
		begun = mapping.RunRecord{Number: l.run.Number + 1, Started: now, Beat: now}
		l.run = begun
	})
	return begun, err
}

func (l *modelLedger) Beat(now time.Time, ended bool, _ int) error {
	return l.commit(func() {
		if l.run.Beat = now; ended {
			l.run.Ended = now
		}
	})
}

// Decisions: nobody has decided anything.
func (l *modelLedger) Decisions() ([]mapping.Decision, error) { return nil, nil }

func (l *modelLedger) Person(k mapping.PersonKey) (mapping.PersonRecord, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := l.persons[k]
	return p, ok, nil
}

func (l *modelLedger) Persons() iter.Seq2[mapping.PersonRecord, error] {
	l.mu.Lock()
	defer l.mu.Unlock()
	return each(slices.Collect(maps.Values(l.persons)))
}

func (l *modelLedger) Thread(c mapping.ConversationSID) (mapping.ThreadRecord, bool, error) {
	t, ok := l.known()[c]
	return cloneThread(t), ok, nil
}

func (l *modelLedger) Threads() iter.Seq2[mapping.ThreadRecord, error] {
	return each(slices.Collect(maps.Values(l.known())))
}

func (l *modelLedger) Conversations() iter.Seq2[mapping.ConversationSID, error] {
	return each(slices.Collect(maps.Keys(l.known())))
}

// all is what is known of the messages, amended, and how it was acknowledged.
func (l *modelLedger) all() (now, acknowledged map[int64]mapping.MessageRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	acknowledged = maps.Clone(l.messages)
	for _, rec := range l.waiting {
		acknowledged[rec.Index] = rec
	}
	now = maps.Clone(acknowledged)
	maps.Copy(now, l.amended)
	return now, acknowledged
}

func (l *modelLedger) Progress(mapping.ConversationSID) (mapping.Progress, error) {
	_, acknowledged := l.all()
	p := mapping.Progress{LastIndex: -1, Messages: int64(len(acknowledged))}
	for index, rec := range acknowledged {
		if index > p.LastIndex {
			p.LastIndex, p.LastID = index, rec.IDs[len(rec.IDs)-1]
		}
	}
	return p, nil
}

func (l *modelLedger) Messages(mapping.ConversationSID) iter.Seq2[mapping.MessageRecord, error] {
	now, _ := l.all()
	records := slices.Collect(maps.Values(now))
	slices.SortFunc(records, func(a, b mapping.MessageRecord) int { return cmp.Compare(a.Index, b.Index) })
	return each(records)
}

func (l *modelLedger) Media(mapping.ConversationSID, mapping.MediaSID) (mapping.MediaRecord, bool, error) {
	return mapping.MediaRecord{}, false, nil
}

func (l *modelLedger) MediaOf(mapping.ConversationSID) iter.Seq2[mapping.MediaRecord, error] {
	return each[mapping.MediaRecord](nil)
}

func (l *modelLedger) Counts() (mapping.Counts, error) {
	now, _ := l.all()
	l.mu.Lock()
	defer l.mu.Unlock()
	c := mapping.Counts{Conversations: int64(len(l.threads))}
	for _, p := range l.persons {
		c.Unused += int64(p.Unused)
		if p.ID != "" {
			c.Users++
		}
	}
	for _, rec := range now {
		if rec.Amendment == nil || !rec.Amendment.Deleted {
			c.Messages++
		}
	}
	return c, nil
}

// check says what of the destination is not as it must be.
func (a *modelACS) check(want *modelSource, l *modelLedger) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var threads []*modelThread
	for _, t := range a.threads {
		if t.Metadata[mapping.KeyConversationSID] == modelConversation && t.DeletedOn.IsZero() {
			threads = append(threads, t)
		}
	}
	if len(threads) != 1 {
		return fmt.Sprintf("%d threads", len(threads))
	}
	t := threads[0]
	if t.Topic != want.conversation.FriendlyName {
		return fmt.Sprintf("topic %q", t.Topic)
	}
	counts, _ := l.Counts()
	if used := counts.Users; int64(a.users) > used+counts.Unused {
		return fmt.Sprintf("%d identities for %d people, %d reported unused", a.users, used, counts.Unused)
	}
	if wrong := t.checkMembers(want, l); wrong != "" {
		return wrong
	}
	return t.checkPosts(want, l)
}

func (t *modelThread) checkMembers(want *modelSource, l *modelLedger) string {
	if len(t.members) != len(want.participants) {
		return fmt.Sprintf("%d members, want %d", len(t.members), len(want.participants))
	}
	for _, p := range want.participants {
		id := l.persons[mapping.PersonKey{Kind: mapping.PersonUser, Service: modelService, Name: string(p.Identity)}].ID
		if _, ok := t.members[id]; !ok {
			return fmt.Sprintf("%s is no member", p.Identity)
		}
		if h := p.LastReadMessageIndex; h != nil {
			var due mapping.ChatMessageID
			for _, post := range t.posts {
				if index, err := strconv.ParseInt(post.Metadata[mapping.KeyMessageIndex], 10, 64); err == nil && index <= *h {
					due = max(due, post.ID)
				}
			}
			if t.read[id] != due {
				return fmt.Sprintf("%s has read %q, want %q", p.Identity, t.read[id], due)
			}
		}
	}
	return ""
}

// checkPosts compares what stands in the thread, in the order of its arrival.
func (t *modelThread) checkPosts(want *modelSource, l *modelLedger) string {
	var got []mapping.ChatMessage
	for _, p := range t.posts {
		if p.DeletedOn.IsZero() {
			got = append(got, p.read())
		}
	}
	slices.SortFunc(got, func(a, b mapping.ChatMessage) int { return cmp.Compare(a.ID, b.ID) })
	roster, _ := mapping.Rules{}.Roster(want.conversation, want.participants, nil)
	for _, m := range want.messages {
		draft, _ := mapping.Rules{}.ChatMessage(roster, m, nil)
		for i, part := range draft.Parts {
			if len(got) == 0 {
				return fmt.Sprintf("message %d is missing", m.Index)
			}
			next := got[0]
			got = got[1:]
			if next.Content != part.Content || next.Metadata[mapping.KeyMessageSID] != string(m.SID) || next.Metadata[mapping.KeyPart] != part.Metadata[mapping.KeyPart] {
				return fmt.Sprintf("in the place of part %d of message %d stands %s %s", i, m.Index, next.Metadata[mapping.KeyMessageSID], next.Metadata[mapping.KeyPart])
			}
			if from := l.persons[draft.Sender.Key].ID; next.Sender != from {
				return fmt.Sprintf("message %d was sent by %s, want %s", m.Index, next.Sender, from)
			}
		}
	}
	if len(got) > 0 {
		return fmt.Sprintf("%d messages too many, the first is %s", len(got), got[0].Metadata[mapping.KeyMessageSID])
	}
	return ""
}
