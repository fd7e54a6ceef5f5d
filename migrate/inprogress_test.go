package migrate_test

import (
	"context"
	"errors"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// closedGate lets everything through but messages, and counts those that wait.
type closedGate struct{ waiting atomic.Int64 }

func (g *closedGate) Admit(_ context.Context, c limits.Call) error {
	if c.Operation == limits.SendMessage {
		return errors.New("a message did not ask for its turn ahead")
	}
	return nil
}

func (g *closedGate) Enqueue(ctx context.Context, _ limits.Call, _ time.Time, then func(error)) {
	context.AfterFunc(ctx, func() { then(ctx.Err()) })
	g.waiting.Add(1)
}

func (g *closedGate) Observe(limits.Call, int, time.Duration) {}

// BenchmarkInProgress tells what a conversation costs that waits for the turn of its
// next message, as nearly all do at any time of a run: bytes of its goroutine's stack,
// and of the heap, the embedded ACS included.
func BenchmarkInProgress(b *testing.B) {
	const conversations = 2000
	w := newWorld(b, makeSnapshot(b, conversations, 5), nil)
	w.opts.Active, w.opts.Gap = conversations, time.Second
	for b.Loop() {
		before := inUse()
		stack, heap := w.waitingAtGate(b, conversations).since(before)
		b.ReportMetric(float64(stack)/conversations, "B-stack/conversation")
		b.ReportMetric(float64(heap)/conversations, "B-heap/conversation")
	}
}

// waitingAtGate is what is in use while so many conversations wait for their first
// message to be admitted.
func (w *world) waitingAtGate(b *testing.B, conversations int64) memory {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	gate := new(closedGate)
	ledger := w.ledger()
	defer ledger.Close()
	engine := migrate.New(w.snapshot(), w.destination(gate), ledger, w.store, w.rules, &w.opts)
	ended := make(chan error, 1)
	go func() {
		_, err := engine.Run(ctx)
		ended <- err
	}()
	for gate.waiting.Load() < conversations {
		select {
		case err := <-ended:
			b.Fatalf("Run ended: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	m := inUse()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		b.Errorf("Run: %v", err)
	}
	return m
}

// memory is how many bytes are in use.
type memory struct{ stacks, heap int64 }

func (m memory) since(before memory) (stacks, heap int64) {
	return m.stacks - before.stacks, m.heap - before.heap
}

// inUse collects garbage often enough for every stack to become as small as it can.
func inUse() memory {
	for range 5 {
		runtime.GC()
	}
	samples := []metrics.Sample{{Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(samples)
	return memory{int64(samples[0].Value.Uint64()), int64(samples[1].Value.Uint64())}
}

// A conversation that waits for the turn of its next message keeps no goroutine.
func TestWaitingKeepsNoGoroutine(t *testing.T) {
	const conversations = 40
	w := newWorld(t, makeSnapshot(t, conversations, 3), nil)
	w.opts.Gap = time.Second
	gate := new(closedGate)
	ledger := w.ledger()
	defer ledger.Close()
	engine := migrate.New(w.snapshot(), w.destination(gate), ledger, w.store, w.rules, &w.opts)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := engine.Run(ctx)
		ended <- err
	}()
	settled := false
	for end := time.Now().Add(time.Minute); !settled && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		settled = gate.waiting.Load() == conversations && !strings.Contains(goroutines(), "migrate.(*worker)")
	}
	if !settled {
		t.Errorf("%d of %d conversations wait; goroutines:\n%s", gate.waiting.Load(), conversations, goroutines())
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
}

// goroutines is what all of them are doing.
func goroutines() string {
	var b strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&b, 1)
	return b.String()
}
