package killtest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// passerby is the display name of people: even their deleted messages bear it.
const passerby = "somebody passing by"

// people are users who use the application while it is being migrated: they
// write in the threads, edit what they wrote and delete it. They know nothing of
// the proxy.
type people struct {
	trial  *trial
	chat   *acsdest.Chat
	chance *rand.Rand

	// met are those who can write, and where; it changes between runs only.
	met []seat

	mu   sync.Mutex
	said []*saying
}

// A seat is somebody in a thread.
type seat struct {
	user   mapping.CommunicationUserID
	thread mapping.ThreadID
}

// A saying is a message of somebody as it was last left.
type saying struct {
	seat
	id      mapping.ChatMessageID
	content string
	deleted bool
}

func newPeople(tr *trial, chance *rand.Rand) *people {
	tr.t.Helper()
	conn, err := acsdest.ParseConnectionString(tr.server.ready.ConnectionString)
	must(tr.t, err)
	transport, err := acsdest.TransportWithCA(tr.server.ready.CA)
	must(tr.t, err)
	opts := &acsdest.ClientOptions{Transport: transport}
	identity, err := acsdest.NewIdentity(conn, opts)
	must(tr.t, err)
	chat, err := acsdest.NewChat(conn.Endpoint, acsdest.NewTokens(identity, nil), opts)
	must(tr.t, err)
	tr.t.Cleanup(transport.CloseIdleConnections)
	return &people{trial: tr, chat: chat, chance: chance}
}

// meet finds out who there is, and in which threads.
func (pp *people) meet(ledger *checkpoint.Reader) {
	t := pp.trial.t
	t.Helper()
	pp.met = nil
	for th, err := range ledger.Threads() {
		must(t, err)
		for _, m := range th.Members {
			if th.Thread != "" && m.Key.Kind == mapping.PersonUser && !m.Left {
				pp.met = append(pp.met, seat{m.ID, th.Thread})
			}
		}
	}
}

// begin lets people act until end is called.
func (pp *people) begin() (end func()) {
	if len(pp.met) == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var acting sync.WaitGroup
	acting.Go(func() {
		for ctx.Err() == nil {
			if err := pp.act(); err != nil {
				pp.trial.t.Errorf("people: %v", err)
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Duration(pp.chance.Int64N(int64(100 * time.Millisecond)))):
			}
		}
	})
	return func() { cancel(); acting.Wait() }
}

// act lets somebody do something. Those who are no members may not.
func (pp *people) act() error {
	pp.mu.Lock()
	defer pp.mu.Unlock()
	if len(pp.said) == 0 || pp.chance.IntN(3) > 0 {
		return pp.say()
	}
	s := pp.said[pp.chance.IntN(len(pp.said))]
	if s.deleted {
		return nil
	}
	if pp.chance.IntN(2) == 0 {
		return pp.retract(s)
	}
	return pp.correct(s)
}

// refusals are what happens to those who have left, or write too fast.
var refusals = []int{http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests}

// may tells a refusal from a failure.
func may(err error) (bool, error) {
	var e *acsdest.Error
	if errors.As(err, &e) && slices.Contains(refusals, e.StatusCode()) {
		return false, nil
	}
	return err == nil, err
}

func (pp *people) say() error {
	s := &saying{seat: pp.met[pp.chance.IntN(len(pp.met))], content: fmt.Sprintf("Hello? %d", len(pp.said))}
	var err error
	s.id, err = pp.chat.SendMessage(context.Background(), s.user, s.thread, mapping.NewChatMessage{
		Content: s.content, SenderDisplayName: passerby, Metadata: mapping.Metadata{"client": "web"},
	}, nil)
	done, err := may(err)
	if done {
		pp.said = append(pp.said, s)
	}
	return err
}

func (pp *people) correct(s *saying) error {
	content := s.content + ", I mean"
	done, err := may(pp.chat.UpdateMessage(context.Background(), s.user, s.thread, s.id, &acsdest.UpdateMessageOptions{Content: &content}))
	if done {
		s.content = content
	}
	return err
}

func (pp *people) retract(s *saying) error {
	done, err := may(pp.chat.DeleteMessage(context.Background(), s.user, s.thread, s.id))
	if done {
		s.deleted, s.content = true, ""
	}
	return err
}

// sent is how many messages people have sent.
func (pp *people) sent() int {
	pp.mu.Lock()
	defer pp.mu.Unlock()
	return len(pp.said)
}

// check reads every message of people: it must be as they left it.
func (pp *people) check(t *testing.T) {
	t.Helper()
	pp.mu.Lock()
	defer pp.mu.Unlock()
	for _, s := range pp.said {
		got, err := pp.chat.FetchMessage(context.Background(), s.user, s.thread, s.id)
		if err != nil {
			t.Errorf("message %s of somebody: %v", s.id, err)
			continue
		}
		if got.Content != s.content || got.DeletedOn.IsZero() == s.deleted || got.Sender != s.user ||
			!s.deleted && !maps.Equal(got.Metadata, mapping.Metadata{"client": "web"}) {
			t.Errorf("message %s of somebody is %q (deleted %v), want %q (deleted %v)", s.id, got.Content, !got.DeletedOn.IsZero(), s.content, s.deleted)
		}
	}
}
