package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest"
	"github.com/twilio2acs/twilio2acs/acsdest/emulator"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// migrated is a world after a run, to be copied as often as need be.
func migrated(t *testing.T, name string) (w *world, threads string) {
	t.Helper()
	w = newWorld(t, snapshotDir(name), nil)
	w.mustRun()
	threads = w.threads()
	must(t, w.server.Close())
	return w, threads
}

// copy is a world like w, which has come to rest.
func (w *world) copy(t *testing.T, opts *emulator.Options) *world {
	t.Helper()
	c := *w
	c.t, c.dir = t, t.TempDir()
	must(t, os.CopyFS(c.dir, os.DirFS(w.dir)))
	var err error
	c.server, err = emulator.Open(filepath.Join(c.dir, "acs"), opts)
	must(t, err)
	t.Cleanup(func() { c.server.Close() })
	must(t, c.server.Listen("127.0.0.1:0"))
	c.store, err = acsdest.NewLocalStore(filepath.Join(c.dir, "media"))
	must(t, err)
	return &c
}

// callsOfRollback is how many calls an undisturbed rollback makes, those for tokens
// among them, and how often it writes to the ledger.
func callsOfRollback(t *testing.T, w *world) (calls, writes int64) {
	t.Helper()
	w = w.copy(t, nil)
	p := new(process)
	if err := w.rollbackIn(p, migrate.RollbackOptions{}); err != nil {
		t.Fatal(err)
	}
	return p.made.Load(), p.wrote.Load()
}

// rollbackIn rolls back in a process that may die.
func (w *world) rollbackIn(p *process, opts migrate.RollbackOptions) error {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	opts.Embedded, opts.Patience = true, 1 // a nanosecond: the dead do not wait
	_, err := migrate.Rollback(w.t.Context(), w.destination(p), mortalLedger{l, p}, new(inventory), &opts)
	return err
}

// A connection that is cut around any single call changes nothing of the outcome.
func TestRollbackSurvivesEachFault(t *testing.T) {
	base, _ := migrated(t, "tiny")
	calls, _ := callsOfRollback(t, base)
	for i, f := range []struct {
		name  string
		fault emulator.Fault
	}{
		{"dropped after it was carried out", emulator.Fault{AfterCommit: true, Drop: true}},
		{"dropped before", emulator.Fault{Drop: true}},
		{"503 after it was carried out", emulator.Fault{AfterCommit: true, Status: 503}},
		{"429", emulator.Fault{Status: 429}},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			n := int64(i)
			for k := n % 3; k < calls; k += 3 * stride() {
				t.Run(fmt.Sprint(k), func(t *testing.T) {
					t.Parallel()
					fault := f.fault
					fault.Skip, fault.Times = int(k), 1
					w := base.copy(t, &emulator.Options{Faults: []emulator.Fault{fault}})
					if r, _ := w.mustRollback(migrate.RollbackOptions{}); r.Summary.Incomplete() {
						t.Errorf("incomplete: %+v %v", r.Summary, r.Problems)
					}
					w.checkNothingOfIt()
				})
			}
		})
	}
}

// stride leaves out most of the places where something may go wrong when tests are
// to be short.
func stride() int64 {
	if testing.Short() {
		return 7
	}
	return 1
}

// goOn goes on after a rollback that was cut off: with another one, or with a run.
func (w *world) goOn(again bool, threads string) {
	w.t.Helper()
	if !again {
		w.checkFresh(threads)
	}
	if r, _ := w.mustRollback(migrate.RollbackOptions{}); r.Summary.Incomplete() {
		w.t.Errorf("incomplete: %+v %v", r.Summary, r.Problems)
	}
	w.checkNothingOfIt()
}

// A rollback that is told to stop at any call ends at once; the next one finishes
// it, and so can a run that begins anew.
func TestRollbackStoppedAtEachCall(t *testing.T) {
	base, threads := migrated(t, "tiny")
	calls, _ := callsOfRollback(t, base)
	for k := int64(1); k <= calls; k += stride() {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var n atomic.Int64
			w := base.copy(t, &emulator.Options{OnRequest: func(e emulator.Event) {
				if e.Phase == emulator.Arrived && n.Add(1) == k {
					cancel()
				}
			}})
			if _, _, err := w.rollback(ctx, migrate.RollbackOptions{}); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatalf("stopped rollback: %v", err)
			}
			w.goOn(k%2 == 0, threads)
		})
	}
}

// So it is when its process dies at any call, or at any write to the ledger.
func TestRollbackKilledAtEachStep(t *testing.T) {
	base, threads := migrated(t, "tiny")
	calls, writes := callsOfRollback(t, base)
	for _, tt := range []struct {
		name  string
		steps int64
		dies  func(k int64) *process
	}{
		{"call", calls, func(k int64) *process { return &process{last: k} }},
		{"write", writes, func(k int64) *process { return &process{lastWrite: k} }},
	} {
		for k := int64(1); k <= tt.steps; k += stride() {
			t.Run(fmt.Sprint(tt.name, k), func(t *testing.T) {
				t.Parallel()
				w, p := base.copy(t, nil), tt.dies(k)
				if err := w.rollbackIn(p, migrate.RollbackOptions{}); err != nil && p.err() == nil {
					t.Fatalf("killed rollback: %v", err)
				}
				w.goOn(k%2 == 0, threads)
			})
		}
	}
}

// The same with some conversations: whoever was in none but those goes in the end.
func TestRollbackOfSomeKilledAtEachStep(t *testing.T) {
	base, threads := migrated(t, "tiny")
	opts := migrate.RollbackOptions{Conversations: []mapping.ConversationSID{base.sidOf(0), base.sidOf(1)}}
	undisturbed := base.copy(t, nil)
	want, _ := undisturbed.mustRollback(opts)
	left, people := undisturbed.threads(), len(undisturbed.persons())
	for k := int64(1); ; k += stride() {
		w, p := base.copy(t, nil), &process{lastWrite: k}
		if err := w.rollbackIn(p, opts); err == nil && p.err() == nil {
			break
		}
		got, _ := w.mustRollback(opts)
		if got.Summary.Incomplete() || len(got.Problems) > 0 {
			t.Errorf("killed at write %d: %+v %v", k, got.Summary, got.Problems)
		}
		if n := len(w.persons()); n != people || got.Summary.Users.Unchanged != want.Summary.Users.Unchanged {
			t.Errorf("killed at write %d: %d people are left, want %d; users %+v", k, n, people, got.Summary.Users)
		}
		if d := firstDifference(w.threads(), left); d != "" {
			t.Errorf("killed at write %d: threads differ: %s", k, d)
		}
		w.checkFresh(threads)
	}
}

// A thread that is gone may be answered for with 403; then lists tell.
func TestRollbackUnderstands403(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	rec := w.records()[0]
	must(t, w.chat().DeleteThread(t.Context(), rec.CreatorID, rec.Thread))
	w.server.Inject(emulator.Fault{Operation: "get thread", Status: 403, Times: 1})
	w.server.Inject(emulator.Fault{Operation: "list participants", Status: 403, Times: 1})
	r, _ := w.mustRollback(migrate.RollbackOptions{Conversations: []mapping.ConversationSID{rec.Conversation}})
	if r.Summary.Incomplete() {
		t.Errorf("incomplete: %+v %v", r.Summary, r.Problems)
	}
	w.mustRollback(migrate.RollbackOptions{})
	w.checkNothingOfIt()
}

// A rollback waits until nothing can arrive any more that a killed run has sent, and
// a run likewise after a killed rollback.
func TestRollbackWaitsForTheDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, err := emulator.Open(filepath.Join(t.TempDir(), "acs"), nil)
		must(t, err)
		defer server.Close()
		key, err := acsdest.ParseAccessKey(server.AccessKey())
		must(t, err)
		dest, err := acsdest.NewDestination(acsdest.Connection{Endpoint: "https://acs.example.com", AccessKey: key}, &acsdest.ClientOptions{
			Transport: &http.Client{Transport: server.Transport()},
		})
		must(t, err)
		w := &world{t: t, dir: t.TempDir(), source: snapshotDir("tiny"), server: server, opts: migrate.Options{Whole: true, Accept: acceptAll(t)}}
		l := w.ledger()
		defer l.Close()
		run := func() time.Duration {
			began := time.Now()
			r, err := migrate.New(w.snapshot(), dest, l, nil, w.rules, &w.opts).Run(t.Context())
			must(t, err)
			if c := r.Summary.Conversations; c.Created+c.Unchanged != c.Total {
				t.Errorf("incomplete: %+v %v", c, r.Problems)
			}
			return time.Since(began)
		}
		run()
		opts := &migrate.RollbackOptions{Conversations: []mapping.ConversationSID{w.sidOf(0)}}
		for _, tt := range []struct {
			last time.Duration // how long ago the run that did not end gave its last sign of life
			want time.Duration
		}{{0, 65 * time.Second}, {time.Minute, 5 * time.Second}, {time.Hour, 0}} {
			began := time.Now()
			must(t, l.Beat(began.Add(-tt.last), false, 0))
			_, err = migrate.Rollback(t.Context(), dest, l, new(inventory), opts)
			must(t, err)
			if took := time.Since(began); took < tt.want || took > tt.want+time.Second {
				t.Errorf("a rollback %s after the last sign of life took %s, want %s", tt.last, took, tt.want)
			}
		}
		must(t, l.Beat(time.Now(), true, 0))
		run()
		if took := run(); took > time.Second {
			t.Errorf("a run after a run took %s", took)
		}
		for rec, err := range l.Threads() {
			must(t, err)
			rec.Status = mapping.StatusRemoving
			must(t, l.RecordThread(rec))
		}
		if took := run(); took < time.Minute || took > time.Minute+time.Second {
			t.Errorf("a run after a killed rollback took %s, want a minute", took)
		}
	})
}
