package acsdest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// notes is a gate that lets everything through and writes it down.
type notes struct {
	mu    sync.Mutex
	lines []string
}

func (n *notes) Admit(_ context.Context, c limits.Call) error {
	n.note("admit %s", c.Operation)
	return nil
}

func (n *notes) Observe(c limits.Call, status int, retryAfter time.Duration) {
	n.note("%s: %d %s", c.Operation, status, retryAfter)
}

func (n *notes) note(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, fmt.Sprintf(format, args...))
}

const issued = `{"token":"a.b.c","expiresOn":"2100-01-01T00:00:00.1234567\u002B00:00"}`

func TestGateSeesEveryAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := new(notes)
		s := play(
			status(200, issued),
			status(401, ""),
			status(200, issued),
			status(429, "", "Retry-After", "3"),
			status(200, `{"value":[{"id":"2"}],"nextLink":"`+endpoint+`/next"}`),
			status(200, `{"value":[{"id":"1"}]}`),
			breaksOff(201),
			hangs,
		)
		opts := withTransport(s, &acsdest.ClientOptions{Gate: gate, Retry: retryOften})
		identity, err := acsdest.NewIdentity(connection(t), opts)
		if err != nil {
			t.Fatal(err)
		}
		chat, err := acsdest.NewChat(endpoint, acsdest.NewTokens(identity, nil), opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range chat.ListMessages(t.Context(), alice, thread, nil) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if asError(t, send(chat)).Outcome != acsdest.OutcomeDone || asError(t, send(chat)).Outcome != acsdest.OutcomeOpen {
			t.Error("the sends ended otherwise than scripted")
		}
		want := []string{
			"admit issue token", "issue token: 200 0s",
			"admit list messages", "list messages: 401 0s",
			"admit issue token", "issue token: 200 0s",
			"admit list messages", "list messages: 429 3s",
			"admit list messages", "list messages: 200 0s",
			"admit list messages", "list messages: 200 0s",
			"admit send message", "send message: 201 0s",
			"admit send message", "send message: 0 0s",
		}
		if diff := cmp.Diff(want, gate.lines); diff != "" {
			t.Errorf("the gate saw (-want +got):\n%s", diff)
		}
	})
}

// slowGate admits after a while.
type slowGate struct{ wait time.Duration }

func (g slowGate) Admit(ctx context.Context, _ limits.Call) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(g.wait):
		return nil
	}
}

func (slowGate) Observe(limits.Call, int, time.Duration) {}

func TestWaitAtTheGateDoesNotCountAsAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(status(201, `{"id":"1"}`))
		if err := send(newChat(t, s, &acsdest.ClientOptions{Gate: slowGate{time.Hour}})); err != nil {
			t.Error(err)
		}
	})
}

func TestCancelledAtTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		s := play()
		_, err := newChat(t, s, &acsdest.ClientOptions{Gate: slowGate{time.Hour}}).SendMessage(ctx, alice, thread, hello, nil)
		if !asError(t, err).NotDone() || s.count() != 0 {
			t.Errorf("%v after %d requests; want it not done", err, s.count())
		}
	})
}

func TestCallsNameUserAndThread(t *testing.T) {
	var got []limits.Call
	gate := admit(func(c limits.Call) { got = append(got, c) })
	chat := newChat(t, play(status(204, ""), status(201, `{"chatThread":{"id":"19:x"}}`)), &acsdest.ClientOptions{Gate: gate})
	if err := chat.DeleteThread(t.Context(), bob, thread); err != nil {
		t.Fatal(err)
	}
	if _, _, err := chat.CreateThread(t.Context(), alice, mapping.NewChatThread{}, nil); err != nil {
		t.Fatal(err)
	}
	want := []limits.Call{
		{Operation: limits.DeleteThread, User: string(bob), Thread: string(thread)},
		{Operation: limits.CreateThread, User: string(alice)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

type admit func(limits.Call)

func (a admit) Admit(_ context.Context, c limits.Call) error { a(c); return nil }

func (admit) Observe(limits.Call, int, time.Duration) {}

// A message that was admitted ahead does not pass the gate again, and an admission that
// nobody used goes back.
func TestAdmittedAhead(t *testing.T) {
	gate := new(notes)
	s := play(status(201, `{"id":"1"}`), status(201, `{"id":"2"}`))
	chat := newChat(t, s, &acsdest.ClientOptions{Gate: gate})
	ctx, release := admitted(t, chat)
	for range 2 {
		if _, err := chat.SendMessage(ctx, alice, thread, hello, nil); err != nil {
			t.Fatal(err)
		}
	}
	release()
	_, release = admitted(t, chat)
	release()
	release()
	want := []string{
		"admit send message", "send message: 201 0s",
		"admit send message", "send message: 201 0s",
		"admit send message", "send message: 0 0s",
	}
	if diff := cmp.Diff(want, gate.lines); diff != "" {
		t.Errorf("the gate saw (-want +got):\n%s", diff)
	}
}

func admitted(t *testing.T, chat *acsdest.Chat) (ctx context.Context, release func()) {
	t.Helper()
	done := make(chan error)
	chat.AdmitMessage(t.Context(), alice, thread, time.Time{}, func(admitted context.Context, r func(), err error) {
		ctx, release = admitted, r
		done <- err
	})
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return ctx, release
}

// Whatever a gate is, it can be asked as a queue.
func TestEnqueue(t *testing.T) {
	call := limits.Call{Operation: limits.SendMessage, User: string(alice), Thread: string(thread)}
	for name, gate := range map[string]acsdest.Gate{"none": nil, "that waits": slowGate{time.Hour}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
				defer cancel()
				var told []string
				enqueue := func(ctx context.Context) {
					acsdest.Enqueue(ctx, gate, call, began.Add(time.Minute), func(err error) {
						told = append(told, fmt.Sprint(time.Since(began), " ", err))
					})
					time.Sleep(2 * time.Hour)
					synctest.Wait()
				}
				enqueue(t.Context())
				enqueue(ctx)
				want := map[string][]string{
					"none":       {"1m0s <nil>", "2h0m0s context deadline exceeded"},
					"that waits": {"1h1m0s <nil>", "2h0m0s context deadline exceeded"},
				}[name]
				if diff := cmp.Diff(want, told); diff != "" {
					t.Errorf("told (-want +got):\n%s", diff)
				}
			})
		})
	}
}
