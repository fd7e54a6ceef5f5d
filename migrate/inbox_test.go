package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// inboxWorld is a migration in virtual time, under the published limits, whose
// newest messages are held back.
type inboxWorld struct {
	*world
	dest *acsdest.Destination

	mu      sync.Mutex
	sent    map[string]int // messages, by thread
	lists   int            // of messages
	refused map[int]int    // calls, by status
	seen    func(e emulator.Event, n int)
}

func newInboxWorld(t *testing.T, conversations, messages int) *inboxWorld {
	t.Helper()
	iw := &inboxWorld{sent: make(map[string]int), refused: make(map[int]int), seen: func(emulator.Event, int) {}}
	server, err := emulator.Open(filepath.Join(t.TempDir(), "acs"), &emulator.Options{
		Limits: true,
		OnRequest: func(e emulator.Event) {
			if e.Phase == emulator.Answering && e.Status >= http.StatusBadRequest {
				iw.mu.Lock()
				iw.refused[e.Status]++
				iw.mu.Unlock()
			}
			if e.Phase == emulator.Answering && e.Operation == limits.ListMessages {
				iw.mu.Lock()
				iw.lists++
				iw.mu.Unlock()
			}
			if e.Phase == emulator.Answering && e.Operation == limits.SendMessage && e.Status == http.StatusCreated {
				iw.mu.Lock()
				iw.sent[e.Thread]++
				n := iw.sent[e.Thread]
				iw.mu.Unlock()
				iw.seen(e, n)
			}
		},
	})
	must(t, err)
	t.Cleanup(func() { server.Close() })
	iw.world = &world{
		t: t, dir: t.TempDir(), source: makeSnapshot(t, conversations, messages), server: server,
		opts: migrate.Options{Whole: true, Gap: time.Second, InboxOrder: true, Accept: acceptAll(t)},
	}
	iw.reconnect(migrate.NewScheduler(migrate.ScheduleOptions{}, nil))
	return iw
}

// reconnect is a client as a new process has it.
func (iw *inboxWorld) reconnect(gate acsdest.Gate) {
	iw.t.Helper()
	key, err := acsdest.ParseAccessKey(iw.server.AccessKey())
	must(iw.t, err)
	iw.dest, err = acsdest.NewDestination(acsdest.Connection{Endpoint: "https://acs.example.com", AccessKey: key}, &acsdest.ClientOptions{
		Transport: &http.Client{Transport: iw.server.Transport()}, Gate: gate,
	})
	must(iw.t, err)
}

// process is one run of the program.
func (iw *inboxWorld) process(ctx context.Context) (*migrate.Report, error) {
	iw.t.Helper()
	l := iw.ledger()
	defer l.Close()
	report, err := migrate.New(iw.snapshot(), iw.dest, l, nil, iw.rules, &iw.opts).Run(ctx)
	must(iw.t, l.Beat(time.Now(), true, 0))
	return report, err
}

// held are the conversations that the ledger says lack their newest message.
func (iw *inboxWorld) held() (held []mapping.ConversationSID) {
	iw.t.Helper()
	l := iw.ledger()
	defer l.Close()
	for rec, err := range l.Threads() {
		must(iw.t, err)
		if !rec.Held.IsZero() {
			held = append(held, rec.Conversation)
		}
	}
	return held
}

// newest is when the last message of each conversation arrived.
func (iw *inboxWorld) newest(conversations int) []time.Time {
	iw.t.Helper()
	l := iw.ledger()
	defer l.Close()
	at := make([]time.Time, conversations)
	for c := range at {
		progress, err := l.Progress(mapping.ConversationSID(fmt.Sprintf("CH%016x%016x", c, 0)))
		must(iw.t, err)
		ms, err := strconv.ParseInt(string(progress.LastID), 10, 64)
		must(iw.t, err)
		at[c] = time.UnixMilli(ms)
	}
	return at
}

// In the list of every agent the threads stand in the order of their activity in
// Twilio, each in a second of its own, and it costs no more than these seconds.
func TestInboxOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const conversations, messages = 50, 20
		iw := newInboxWorld(t, conversations, messages)
		start := time.Now()
		r, err := iw.process(t.Context())
		must(t, err)
		want := migrate.Summary{
			Users: r.Summary.Users, Conversations: migrate.Tally{Total: conversations, Created: conversations},
			Participants: migrate.Tally{Total: 2 * conversations, Created: 2 * conversations},
			Messages:     migrate.Tally{Total: conversations * messages, Created: conversations * messages},
		}
		if r.Summary != want {
			t.Errorf("summary %+v, want %+v", r.Summary, want)
		}
		const agents = 10
		at := iw.newest(conversations)
		for c := range conversations - agents { // the first conversation was active last
			if d := at[c].Sub(at[c+agents]); d < time.Second {
				t.Errorf("the newest message of conversation %d came %v after that of %d", c, d, c+agents)
			}
		}
		bound := migrate.Chain(messages) + conversations/agents*time.Second
		if took := time.Since(start); took > bound+10*time.Second {
			t.Errorf("it took %v, want about %v", took, bound)
		}
		if held := iw.held(); len(held) > 0 {
			t.Errorf("held back still: %v", held)
		}
		again, err := iw.process(t.Context())
		must(t, err)
		if m := again.Summary.Messages; m.Unchanged != conversations*messages || m.Total != m.Unchanged {
			t.Errorf("a second run: %+v", again.Summary)
		}
	})
}

// Nothing can be in a thread that the process which created it does not know of: it
// need not read it before it sends the newest message. A later process reads it.
func TestInboxReadsNoThreadOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const conversations, messages = 10, 4
		iw := newInboxWorld(t, conversations, messages)
		iw.opts.Gap = 0 // and with it the looks at waiting threads
		iw.opts.Active = 1
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		left := conversations
		iw.seen = func(_ emulator.Event, n int) {
			if n == messages {
				if left--; left == conversations/2 {
					stop()
				}
			}
		}
		if _, err := iw.process(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("the first process ended with %v", err)
		}
		if iw.lists > 0 {
			t.Errorf("the process that created the threads read %d pages of them", iw.lists)
		}
		held := len(iw.held())
		_, err := iw.process(t.Context())
		must(t, err)
		if held == 0 || iw.lists < held {
			t.Errorf("the next process sent to %d threads and read %d pages", held, iw.lists)
		}
	})
}

// Where people write already, the newest message follows within minutes, whatever
// else is still to be carried.
func TestInboxReleasesWherePeopleWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const conversations, messages = 4, 100
		iw := newInboxWorld(t, conversations, messages)
		iw.opts.Active = 1 // so that there is a long time in which the first is held back
		var thread string
		var wrote, followed time.Time
		iw.seen = func(e emulator.Event, n int) {
			switch {
			case n == messages-1 && thread == "":
				thread, wrote = e.Thread, time.Now()
				go func() {
					_, err := iw.dest.SendMessage(context.Background(), mapping.CommunicationUserID(e.User), mapping.ThreadID(e.Thread), mapping.NewChatMessage{Content: "hello?"})
					if err != nil {
						t.Errorf("write: %v", err)
					}
				}()
			case n == messages+1 && e.Thread == thread:
				followed = time.Now()
			}
		}
		r, err := iw.process(t.Context())
		must(t, err)
		if waited := followed.Sub(wrote); waited <= 0 || waited > 2*time.Minute {
			t.Errorf("the newest message came %v after somebody wrote", waited)
		}
		if r.Summary.Messages.Created != conversations*messages || r.Summary.Incomplete() {
			t.Errorf("summary %+v", r.Summary)
		}
	})
}

// A run whose time is limited leaves no thread without its newest message, but
// for those whose history it did not get through.
func TestInboxReservesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const conversations, messages = 6, 100
		iw := newInboxWorld(t, conversations, messages)
		iw.opts.Active, iw.opts.MaxDuration = 1, 10*time.Minute
		start := time.Now()
		r, err := iw.process(t.Context())
		if limit := (*migrate.LimitError)(nil); !errors.As(err, &limit) {
			t.Fatalf("%v, want a LimitError", err)
		}
		if took := time.Since(start); took > iw.opts.MaxDuration {
			t.Errorf("it took %v, allowed are %v", took, iw.opts.MaxDuration)
		}
		if done := r.Summary.Conversations.Created; done < 2 || done == conversations {
			t.Errorf("%d conversations were carried", done)
		}
		if held := iw.held(); len(held) > 0 {
			t.Errorf("held back still: %v", held)
		}
		iw.opts.MaxDuration = 0
		_, err = iw.process(t.Context())
		must(t, err)
		for c, at := range iw.newest(conversations) {
			if at.IsZero() {
				t.Errorf("conversation %d was not carried", c)
			}
		}
	})
}

// What a run that was stopped holds back the ledger names, and StageTail sends.
func TestInboxAfterAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const conversations, messages = 4, 40
		iw := newInboxWorld(t, conversations, messages)
		iw.opts.Active = 1
		ctx, stop := context.WithCancel(t.Context())
		begun := map[string]bool{}
		iw.seen = func(e emulator.Event, _ int) {
			if begun[e.Thread] = true; len(begun) == 3 {
				stop()
			}
		}
		r, err := iw.process(ctx)
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if held := iw.held(); len(held) != 2 || r.Summary.Messages.Pending < 2 {
			t.Fatalf("held back: %v, summary %+v; want two", held, r.Summary.Messages)
		}
		iw.seen = func(emulator.Event, int) {}
		iw.opts.Stage = migrate.StageTail
		if r, err = iw.process(t.Context()); err != nil || r.Summary.Messages.Created != 2 {
			t.Fatalf("the tail: %+v, %v", r.Summary.Messages, err)
		}
		if held := iw.held(); len(held) > 0 {
			t.Fatalf("held back still: %v", held)
		}
		iw.opts.Stage = migrate.StageAll
		if r, err = iw.process(t.Context()); err != nil || r.Summary.Incomplete() {
			t.Fatalf("the rest: %+v, %v", r.Summary, err)
		}
	})
}
