package migrate_test

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// Under the published limits the service never has to refuse a call.
func TestRollbackKeepsToThePublishedLimits(t *testing.T) {
	dir := makeSnapshot(t, 150, 1)
	synctest.Test(t, func(t *testing.T) {
		w := inVirtualTime(t, dir)
		var refused atomic.Int64
		acs, server := w.reopen(&emulator.Options{Limits: true, OnRequest: func(e emulator.Event) {
			if e.Phase == emulator.Answering && e.Status >= 400 {
				refused.Add(1)
			}
		}}, migrate.NewScheduler(migrate.ScheduleOptions{}, nil), nil)
		defer server.Close()
		ledger := w.ledger()
		defer ledger.Close()
		start := time.Now()
		r, err := migrate.Rollback(t.Context(), acs, ledger, new(inventory), &migrate.RollbackOptions{Embedded: true})
		must(t, err)
		if c, u := r.Summary.Conversations, r.Summary.Users; c.Deleted != 150 || u.Deleted != u.Total {
			t.Errorf("conversations %+v, users %+v: %v", c, u, r.Problems)
		}
		if n := refused.Load(); n > 0 {
			t.Errorf("ACS refused %d calls", n)
		}
		if took := time.Since(start); took > 2*time.Minute { // each creator has 15 threads and may delete 10 in 10 s
			t.Errorf("it took %v", took)
		}
	})
}

// What people write while a thread is being read is not missed.
func TestRollbackWhilePeopleWrite(t *testing.T) {
	var write atomic.Pointer[func()]
	w := newWorld(t, makeSnapshot(t, 1, 450), &emulator.Options{OnRequest: func(e emulator.Event) {
		if f := write.Load(); f != nil && e.Phase == emulator.Answering && e.Operation == limits.ListMessages {
			write.Store(nil)
			(*f)()
		}
	}})
	w.mustRun()
	rec, _ := w.newest()
	chat := w.chat()
	do := func() {
		if _, err := chat.SendMessage(context.Background(), rec.CreatorID, rec.Thread, mapping.NewChatMessage{Content: "wait!"}, nil); err != nil {
			t.Error(err)
		}
	}
	write.Store(&do)
	r, inv := w.mustRollback(migrate.RollbackOptions{})
	if c := r.Summary.Conversations; c.Blocked != 1 || r.Foreign != 1 {
		t.Errorf("conversations %+v, %d messages of people; want it to stay", c, r.Foreign)
	}
	theirs := 0
	for _, l := range inv.lines(t) {
		if l.By == "people" {
			theirs++
		}
	}
	if theirs != 1 {
		t.Errorf("%d messages of people in the inventory", theirs)
	}
}

// When a service fails now and then, no line stands in the inventory twice.
func TestRollbackRidesOutFailures(t *testing.T) {
	dir := makeSnapshot(t, 1, 900)
	synctest.Test(t, func(t *testing.T) {
		w := inVirtualTime(t, dir)
		acs, server := w.reopen(&emulator.Options{
			Faults: []emulator.Fault{{Operation: limits.ListMessages, Status: http.StatusServiceUnavailable, Probability: 0.3}},
		}, nil, nil)
		defer server.Close()
		ledger, inv := w.ledger(), new(inventory)
		defer ledger.Close()
		r, err := migrate.Rollback(t.Context(), acs, ledger, inv, &migrate.RollbackOptions{Embedded: true})
		must(t, err)
		if m := r.Summary.Messages; m.Deleted != 900 {
			t.Errorf("messages %+v: %v", m, r.Problems)
		}
		checkInventory(t, inv, 1)
	})
}

// imaginaryThread is ACS with a thread of very many messages, which measures what
// its reader keeps of them.
type imaginaryThread struct {
	migrate.RollbackACS
	rec      mapping.ThreadRecord
	messages int64

	before uint64
	kept   int64
}

func (a *imaginaryThread) FetchThread(context.Context, mapping.CommunicationUserID, mapping.ThreadID) (mapping.ChatThread, error) {
	return mapping.ChatThread{ID: a.rec.Thread, Metadata: mapping.Metadata{mapping.KeyConversationSID: string(a.rec.Conversation)}}, nil
}

func (a *imaginaryThread) ListParticipants(context.Context, mapping.CommunicationUserID, mapping.ThreadID) iter.Seq2[mapping.ChatParticipant, error] {
	return func(yield func(mapping.ChatParticipant, error) bool) {
		yield(mapping.ChatParticipant{User: a.rec.CreatorID}, nil)
	}
}

func (a *imaginaryThread) ListReadReceipts(context.Context, mapping.CommunicationUserID, mapping.ThreadID) iter.Seq2[mapping.ReadReceipt, error] {
	return func(func(mapping.ReadReceipt, error) bool) {}
}

func (a *imaginaryThread) ListThreads(context.Context, mapping.CommunicationUserID, time.Time) iter.Seq2[mapping.ChatThread, error] {
	return func(func(mapping.ChatThread, error) bool) {}
}

func (a *imaginaryThread) ListRawMessages(_ context.Context, _ mapping.CommunicationUserID, _ mapping.ThreadID, since time.Time) iter.Seq2[mapping.RawChatMessage, error] {
	if !since.IsZero() {
		return func(func(mapping.RawChatMessage, error) bool) {}
	}
	return func(yield func(mapping.RawChatMessage, error) bool) {
		a.before = heap()
		for i := range a.messages {
			id := imaginaryID(i)
			m := mapping.ChatMessage{ID: id, Version: string(id), Type: mapping.TypeText, Sender: a.rec.CreatorID}
			if !yield(mapping.RawChatMessage{ChatMessage: m, Raw: []byte(`{}`)}, nil) {
				return
			}
		}
		a.kept = int64(heap() - a.before)
	}
}

func (a *imaginaryThread) DeleteThread(context.Context, mapping.CommunicationUserID, mapping.ThreadID) error {
	return nil
}

func (a *imaginaryThread) DeleteUser(context.Context, mapping.CommunicationUserID) error { return nil }

func imaginaryID(i int64) mapping.ChatMessageID {
	return mapping.ChatMessageID(strconv.FormatInt(1_700_000_000_000+2000*i, 10))
}

// A thread takes no more than a hundred bytes a message, however long they are.
func TestRollbackTakesLittleMemory(t *testing.T) {
	const messages = 100_000
	w := &world{t: t, dir: t.TempDir()}
	acs := &imaginaryThread{
		rec:      mapping.ThreadRecord{Conversation: "CH1", Thread: "19:1@thread.v2", Status: mapping.StatusDone, CreatorID: "8:acs:0", CreationKey: "1"},
		messages: messages,
	}
	ledger := w.ledger()
	defer ledger.Close()
	must(t, ledger.RecordThread(acs.rec))
	must(t, ledger.RecordPerson(mapping.PersonRecord{Key: mapping.Keeper, ID: acs.rec.CreatorID}))
	for i := range int64(messages) {
		must(t, ledger.Acknowledge("CH1", mapping.MessageRecord{Index: i, SID: mapping.MessageSID("IM" + strconv.FormatInt(i, 10)), IDs: []mapping.ChatMessageID{imaginaryID(i)}}))
	}
	must(t, ledger.NoteThread(acs.rec))
	r, err := migrate.Rollback(t.Context(), acs, ledger, discarded{}, &migrate.RollbackOptions{Embedded: true})
	must(t, err)
	if m := r.Summary.Messages; m.Deleted != messages || r.Foreign > 0 {
		t.Errorf("messages %+v, %v", m, r.Problems)
	}
	if each := acs.kept / messages; each > 100 {
		t.Errorf("%d bytes are kept of each message", each)
	}
}

// discarded is an inventory that nobody keeps.
type discarded struct{}

func (discarded) Write(p []byte) (int, error) { return len(p), nil }
func (discarded) Sync() error                 { return nil }
