package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// tryACS sends a canary in a process of its own.
func (w *world) tryACS(ctx context.Context) error {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	return migrate.TryACS(ctx, w.destination(nil), l, w.rules, &w.opts)
}

// checkNothingLeft demands that neither ACS nor the ledger has anything of a
// canary, but for identities whose creation got no answer: these are counted.
func (w *world) checkNothingLeft() {
	w.t.Helper()
	if threads := w.threads(); threads != "[]" {
		w.t.Errorf("threads are left: %.200s", threads)
	}
	stats, err := w.server.Stats()
	must(w.t, err)
	l, err := checkpoint.OpenReader(w.ledgerPath(), nil)
	must(w.t, err)
	defer l.Close()
	counts, err := l.Counts()
	must(w.t, err)
	if d := cmp.Diff(counts, mapping.Counts{Unused: counts.Unused}); d != "" {
		w.t.Errorf("the ledger holds (-got +want):\n%s", d)
	}
	left := int64(stats.Identities - stats.Calls[limits.DeleteIdentity])
	if left > counts.Unused || counts.Unused > 1 {
		w.t.Errorf("%d identities are left, %d counted as unused", left, counts.Unused)
	}
}

func TestCanaryLeavesNothing(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	for range 2 {
		must(t, w.tryACS(t.Context()))
		w.checkNothingLeft()
	}
}

// Whatever ACS does not keep is found, and said.
func TestCanaryFindsQuirks(t *testing.T) {
	for _, tt := range []struct {
		name       string
		acs        emulator.Options
		text, hint string
	}{
		{"trim", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkTrim}}, "the content of the message with unusual characters: want the white space at its ends, got none", "--canary never"},
		{"narrow", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkNarrow}}, `the content of the largest message: want "\U0001f600`, "--canary never"},
		{"cut", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkCut}}, "the content of the largest message: want 14848 bytes, got the first 8192", "--canary never"},
		{"escape", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkEscape}}, "the content of the message with unusual characters", "--canary never"},
		{"small", emulator.Options{Sizes: emulator.Sizes{Message: 8 << 10}}, "the largest message: want taken, got send message: 400 Bad Request", "--canary never"},
		{"names", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkNames}}, "the display name of member 1: want 512 bytes, got the first 0", "--canary never"},
		{"metadata", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkMetadata}}, "the metadata of the thread: want the key twilioConversationSid, got none", "--canary never"},
		{"members", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkMembers}}, "member 2: want in the list of members, got not there after 1ms", "--canary never"},
		{"retention", emulator.Options{Quirks: []emulator.Quirk{emulator.QuirkRetention}}, "how long the thread is kept: want none, got 30 days from creation", "default retention"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), &tt.acs)
			w.opts.Settle = time.Millisecond
			err := w.tryACS(t.Context())
			var ce *migrate.CanaryError
			if !errors.As(err, &ce) || !strings.Contains(err.Error(), tt.text) || !strings.Contains(ce.Hint(), tt.hint) {
				t.Errorf("TryACS: %v, want an error with %q and a hint with %q", err, tt.text, tt.hint)
			}
			w.checkNothingLeft()
		})
	}
}

// A message that shows late is waited for as long as one of a run would be.
func TestCanaryWaitsForVisibility(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), &emulator.Options{ListDelay: 300 * time.Millisecond})
	must(t, w.tryACS(t.Context()))
	w.checkNothingLeft()

	w = newWorld(t, snapshotDir("tiny"), &emulator.Options{ListDelay: time.Hour})
	w.opts.Settle = time.Millisecond
	var ce *migrate.CanaryError
	if err := w.tryACS(t.Context()); !errors.As(err, &ce) || !strings.Contains(ce.Hint(), "--settle") {
		t.Errorf("TryACS: %v, want a *CanaryError that names --settle", err)
	}
	w.checkNothingLeft()
}

// callsOfCanary is how many calls an undisturbed canary makes, those for tokens
// among them.
func callsOfCanary(t *testing.T) int64 {
	t.Helper()
	w := newWorld(t, snapshotDir("tiny"), nil)
	l := w.ledger()
	defer l.Close()
	p := new(process)
	must(t, migrate.TryACS(t.Context(), w.destination(p), l, w.rules, &w.opts))
	return p.made.Load()
}

// A connection that is cut around any single call changes nothing of the outcome.
func TestCanarySurvivesEachFault(t *testing.T) {
	calls := callsOfCanary(t)
	for _, f := range []struct {
		name  string
		fault emulator.Fault
	}{
		{"dropped after it was carried out", emulator.Fault{AfterCommit: true, Drop: true}},
		{"503 after it was carried out", emulator.Fault{AfterCommit: true, Status: 503}},
		{"429", emulator.Fault{Status: 429}},
	} {
		for k := range calls {
			t.Run(fmt.Sprint(f.name, k), func(t *testing.T) {
				t.Parallel()
				fault := f.fault
				fault.Skip, fault.Times = int(k), 1
				w := newWorld(t, snapshotDir("tiny"), &emulator.Options{Faults: []emulator.Fault{fault}})
				must(t, w.tryACS(t.Context()))
				w.checkNothingLeft()
			})
		}
	}
}

// A canary that is told to stop at any call deletes what it has made.
func TestCanaryStoppedAtEachCall(t *testing.T) {
	for k := range callsOfCanary(t) {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var n atomic.Int64
			w := newWorld(t, snapshotDir("tiny"), &emulator.Options{OnRequest: func(e emulator.Event) {
				if e.Phase == emulator.Arrived && n.Add(1) == k+1 {
					cancel()
				}
			}})
			if err := w.tryACS(ctx); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatalf("TryACS: %v", err)
			}
			w.checkNothingLeft()
		})
	}
}

// What a canary has made that was killed at any call, the next one deletes.
func TestCanaryKilledAtEachCall(t *testing.T) {
	for k := range callsOfCanary(t) {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.kill(k + 1)
			must(t, w.tryACS(t.Context()))
			w.checkNothingLeft()
		})
	}
}

// kill sends a canary in a process that dies as that call is answered: nothing it
// does from then on has an effect.
func (w *world) kill(call int64) {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	p := &process{last: call}
	opts := w.opts
	opts.Patience = 1 // a nanosecond: the dead do not wait
	err := migrate.TryACS(w.t.Context(), w.destination(p), mortalLedger{l, p}, w.rules, &opts)
	if err != nil && !errors.Is(err, errDead) || p.err() == nil {
		w.t.Fatalf("TryACS: %v, want it dead", err)
	}
}

var errDead = errors.New("the process is dead")

// process is a gate for the calls of a process that dies.
type process struct {
	last int64 // the call at whose answer it dies; 0 for never
	made atomic.Int64
	// lastWrite is the write to its ledger after which it dies; 0 for never.
	lastWrite int64
	wrote     atomic.Int64
	// It dies as the first call of lastOf is answered, or as it is about to make one
	// of noneOf.
	lastOf, noneOf limits.Operation
	dead           atomic.Bool
}

func (p *process) Admit(_ context.Context, c limits.Call) error {
	if p.noneOf != "" && c.Operation == p.noneOf {
		p.dead.Store(true)
	}
	return p.err()
}

func (p *process) Observe(c limits.Call, _ int, _ time.Duration) {
	if p.made.Add(1) == p.last || p.lastOf != "" && c.Operation == p.lastOf {
		p.dead.Store(true)
	}
}

func (p *process) err() error {
	if p.dead.Load() {
		return errDead
	}
	return nil
}

// mortalLedger is written to as long as its process lives.
type mortalLedger struct {
	*checkpoint.Ledger
	process *process
}

func (l mortalLedger) RecordPerson(r mapping.PersonRecord) error {
	return ifAlive(l.process, func() error { return l.Ledger.RecordPerson(r) })
}

func (l mortalLedger) ForgetPerson(k mapping.PersonKey) error {
	return ifAlive(l.process, func() error { return l.Ledger.ForgetPerson(k) })
}

func (l mortalLedger) RecordThread(r mapping.ThreadRecord) error {
	return ifAlive(l.process, func() error { return l.Ledger.RecordThread(r) })
}

func (l mortalLedger) Forget(c mapping.ConversationSID) error {
	return ifAlive(l.process, func() error { return l.Ledger.Forget(c) })
}

func ifAlive(p *process, f func() error) error {
	if err := p.err(); err != nil {
		return err
	}
	err := f()
	if p.wrote.Add(1) == p.lastWrite {
		p.dead.Store(true)
		return errDead
	}
	return err
}
