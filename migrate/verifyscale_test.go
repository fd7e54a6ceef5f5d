package migrate_test

import (
	"context"
	"iter"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// What people change between two pages of a list goes to its front: it is not
// missed, nor taken for lost.
func TestVerifyWhilePeopleEdit(t *testing.T) {
	var lists atomic.Int64
	var edit atomic.Pointer[func()]
	w := newWorld(t, makeSnapshot(t, 1, 450), &emulator.Options{OnRequest: func(e emulator.Event) {
		if f := edit.Load(); f != nil && e.Phase == emulator.Answering && e.Operation == limits.ListMessages && lists.Add(1) == 2 {
			(*f)()
		}
	}})
	w.mustRun()
	v := &vandal{world: w, chat: w.chat(), ctx: context.Background()}
	all, thread := v.messages(0), v.thread(0).Thread
	putBack, changed := all[3], all[4] // on the third page
	say := func(m mapping.ChatMessage, text string) {
		must(t, v.chat.UpdateMessage(v.ctx, m.Sender, thread, m.ID, &acsdest.UpdateMessageOptions{Content: &text}))
	}
	do := func() {
		say(putBack, putBack.Content)
		say(changed, "changed")
	}
	edit.Store(&do)
	got := w.verify()
	if lists.Load() < 4 {
		t.Errorf("%d pages were read; want one more than three", lists.Load())
	}
	says(t, got.Differences, []string{`/content: want "Message 4 of`})
	if got.Summary.Messages.Total != 450 {
		t.Errorf("messages %+v", got.Summary.Messages)
	}
}

// inVirtualTime migrates a snapshot to an embedded ACS that has no address, and
// closes it; it can be opened anew under other options.
func inVirtualTime(t *testing.T, snapshot string) *world {
	t.Helper()
	w := &world{
		t: t, dir: t.TempDir(), source: snapshot,
		opts: migrate.Options{Embedded: true, Whole: true, Accept: acceptAll(t)},
	}
	acs, server := w.reopen(nil, nil, nil)
	l := w.ledger()
	_, err := migrate.New(w.snapshot(), acs, l, nil, w.rules, &w.opts).Run(context.Background())
	must(t, err)
	must(t, l.Close())
	must(t, server.Close())
	return w
}

func (w *world) reopen(opts *emulator.Options, gate acsdest.Gate, client *acsdest.ClientOptions) (*acsdest.Destination, *emulator.Server) {
	w.t.Helper()
	server, err := emulator.Open(filepath.Join(w.dir, "acs"), opts)
	must(w.t, err)
	key, err := acsdest.ParseAccessKey(server.AccessKey())
	must(w.t, err)
	if client == nil {
		client = &acsdest.ClientOptions{}
	}
	client.Transport, client.Gate = &http.Client{Transport: server.Transport()}, gate
	acs, err := acsdest.NewDestination(acsdest.Connection{Endpoint: "https://acs.example.com", AccessKey: key}, client)
	must(w.t, err)
	return acs, server
}

// Reading one thread as each of many members stays within the published limits:
// the service never has to refuse a call.
func TestVerifyKeepsToThePublishedLimits(t *testing.T) {
	const members, times = 150, 4 // 600 pages; a minute takes 400
	dir := makeSnapshot(t, 1, 30)
	l := readLines(t, dir)
	for i := range members - 2 {
		l.insert("participants.jsonl", l["participants.jsonl"][0], func(p resource) {
			p["sid"], p["identity"] = "MB"+strings.Repeat("d", 29)+strconv.Itoa(100+i), "reader-"+strconv.Itoa(i)
		})
	}
	dir = l.write(t, dir)
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
		for range times {
			v, err := migrate.Verify(context.Background(), w.snapshot(), acs, ledger, nil, w.rules, &migrate.VerifyOptions{AsAll: true})
			must(t, err)
			says(t, v.Differences, nil)
		}
		if n := refused.Load(); n > 0 {
			t.Errorf("ACS refused %d calls", n)
		}
		if took := time.Since(start); took < time.Minute || took > 3*time.Minute {
			t.Errorf("it took %v; the limits allow a little more than a minute", took)
		}
	})
}

// A service that fails now and then costs a page, and not the whole list.
func TestVerifyRidesOutFailures(t *testing.T) {
	dir := makeSnapshot(t, 1, 3000)
	synctest.Test(t, func(t *testing.T) {
		w := inVirtualTime(t, dir)
		var pages atomic.Int64
		acs, server := w.reopen(&emulator.Options{
			Faults: []emulator.Fault{{Operation: limits.ListMessages, Status: 503, Probability: 0.4}},
			OnRequest: func(e emulator.Event) {
				if e.Phase == emulator.Answering && e.Operation == limits.ListMessages {
					pages.Add(1)
				}
			},
		}, nil, &acsdest.ClientOptions{Retry: acsdest.RetryReads()})
		defer server.Close()
		ledger := w.ledger()
		defer ledger.Close()
		v, err := migrate.Verify(context.Background(), w.snapshot(), acs, ledger, nil, w.rules, nil)
		must(t, err)
		says(t, v.Differences, nil)
		if v.Summary.Messages.Unchanged != 3000 || pages.Load() > 100 {
			t.Errorf("messages %+v in %d attempts for 16 pages", v.Summary.Messages, pages.Load())
		}
	})
}

// imaginary is ACS with a thread as a snapshot makes it, never sent and never
// kept. It measures what its reader keeps of the messages once all have been
// handed on.
type imaginary struct {
	migrate.VerifyACS
	messages iter.Seq2[mapping.ChatMessage, error]
	thread   mapping.ChatThread
	members  []mapping.ChatParticipant

	before uint64
	kept   int64
}

// heap is how much is in use, once what earlier tests left behind is gone.
func heap() uint64 {
	for range 3 { // pools and finalizers take more than one round
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (a *imaginary) FetchThread(context.Context, mapping.CommunicationUserID, mapping.ThreadID) (mapping.ChatThread, error) {
	a.before = heap()
	return a.thread, nil
}

func (a *imaginary) ListParticipants(context.Context, mapping.CommunicationUserID, mapping.ThreadID) iter.Seq2[mapping.ChatParticipant, error] {
	return func(yield func(mapping.ChatParticipant, error) bool) {
		for _, p := range a.members {
			if !yield(p, nil) {
				return
			}
		}
	}
}

func (a *imaginary) ListMessages(_ context.Context, _ mapping.CommunicationUserID, _ mapping.ThreadID, since time.Time) iter.Seq2[mapping.ChatMessage, error] {
	if !since.IsZero() {
		return func(func(mapping.ChatMessage, error) bool) {}
	}
	return func(yield func(mapping.ChatMessage, error) bool) {
		for m, err := range a.messages {
			if !yield(m, err) {
				return
			}
		}
		a.kept = int64(heap() - a.before)
	}
}

// A thread takes no more than a hundred bytes a message.
func TestVerifyTakesLittleMemory(t *testing.T) {
	const messages = 10_000
	w := &world{t: t, dir: t.TempDir(), source: makeSnapshot(t, 1, messages)}
	ctx, snap := t.Context(), w.snapshot()
	var c mapping.Conversation
	for c = range snap.Conversations(ctx) {
		break
	}
	var participants []mapping.Participant
	for p, err := range snap.Participants(ctx, c) {
		must(t, err)
		participants = append(participants, p)
	}
	roster, _ := w.rules.Roster(c, participants, nil)
	draft, _ := w.rules.ChatThread(c, roster)
	acs := &imaginary{thread: mapping.ChatThread{ID: "19:1@thread.v2", Topic: draft.Topic, Metadata: draft.Metadata}}
	ledger := w.ledger()
	defer ledger.Close()
	rec := mapping.ThreadRecord{Conversation: c.SID, Thread: acs.thread.ID, Status: mapping.StatusDone, CreatorID: "8:acs:0"}
	for i, m := range roster.Members {
		id := mapping.CommunicationUserID("8:acs:" + strconv.Itoa(i))
		must(t, ledger.RecordPerson(mapping.PersonRecord{Key: m.Key, ID: id}))
		rec.Members = append(rec.Members, mapping.MemberRecord{Key: m.Key, ID: id, DisplayName: m.DisplayName, Metadata: m.Metadata})
		acs.members = append(acs.members, mapping.ChatParticipant{User: id, DisplayName: m.DisplayName, Metadata: m.Metadata})
	}
	must(t, ledger.RecordThread(rec))
	acs.messages = sent(ctx, snap, c, roster, acs.members)
	for m, err := range acs.messages {
		must(t, err)
		acknowledge(t, ledger, c.SID, m)
	}
	must(t, ledger.NoteThread(rec))
	v, err := migrate.Verify(ctx, snap, acs, ledger, nil, w.rules, nil)
	must(t, err)
	says(t, v.Differences, nil)
	if v.Summary.Messages.Unchanged != messages {
		t.Errorf("messages %+v", v.Summary.Messages)
	}
	if each := acs.kept / messages; each > 96 { // and an index of four bytes
		t.Errorf("%d bytes are kept of each message", each)
	}

	// However many differences there are, a thousand are kept, and all are told.
	told := 0
	acs.messages = func(func(mapping.ChatMessage, error) bool) {}
	v, err = migrate.Verify(ctx, snap, acs, ledger, nil, w.rules, &migrate.VerifyOptions{Found: func(migrate.Difference) { told++ }})
	must(t, err)
	if len(v.Differences) != 1000 || v.MoreDifferences != messages-1000 || told != messages || v.Summary.Messages.Failed != messages {
		t.Errorf("%d differences, %d more and %d told of, of %+v", len(v.Differences), v.MoreDifferences, told, v.Summary.Messages)
	}
}

// sent is what a run makes of the messages of a conversation, in their order.
func sent(ctx context.Context, src migrate.Source, c mapping.Conversation, roster *mapping.Roster, members []mapping.ChatParticipant) iter.Seq2[mapping.ChatMessage, error] {
	return func(yield func(mapping.ChatMessage, error) bool) {
		for m, err := range src.Messages(ctx, c, -1) {
			draft, _ := mapping.Rules{}.ChatMessage(roster, m, nil)
			part := draft.Parts[0]
			i := slices.IndexFunc(roster.Members, func(o mapping.Member) bool { return o.Key == draft.Sender.Key })
			id := mapping.ChatMessageID(strconv.FormatInt(1_700_000_000_000+2000*m.Index, 10))
			if !yield(mapping.ChatMessage{
				ID: id, Version: string(id), Type: mapping.TypeText, Sender: members[i].User,
				Content: part.Content, SenderDisplayName: part.SenderDisplayName, Metadata: part.Metadata,
			}, err) {
				return
			}
		}
	}
}

func acknowledge(t *testing.T, l *checkpoint.Ledger, c mapping.ConversationSID, m mapping.ChatMessage) {
	t.Helper()
	index, err := strconv.ParseInt(m.Metadata[mapping.KeyMessageIndex], 10, 64)
	must(t, err)
	must(t, l.Acknowledge(c, mapping.MessageRecord{
		Index: index, SID: mapping.MessageSID(m.Metadata[mapping.KeyMessageSID]), IDs: []mapping.ChatMessageID{m.ID},
	}))
}
