package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// turnstile counts calls to ACS, and closes at one of them.
type turnstile struct {
	calls atomic.Int64
	last  int64 // 0 is none
	close context.CancelFunc
}

func (g *turnstile) Admit(ctx context.Context, _ limits.Call) error {
	if g.calls.Add(1) == g.last {
		g.close()
	}
	return ctx.Err()
}

func (*turnstile) Observe(limits.Call, int, time.Duration) {}

// A verification that is interrupted at any call goes on where it stopped, and
// comes to what an undisturbed one comes to.
func TestVerifyResumesAfterEachStop(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	var all turnstile
	want, err := w.verifyThrough(t.Context(), &all, migrate.VerifyOptions{})
	must(t, err)
	for k := int64(1); k <= all.calls.Load(); k++ {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			stopped, err := w.verifyThrough(ctx, &turnstile{last: k, close: cancel}, migrate.VerifyOptions{})
			if !errors.Is(err, context.Canceled) || stopped == nil || stopped.Digest != "" {
				t.Fatalf("stopped with %v and %+v", err, stopped)
			}
			var rest turnstile
			got, err := w.verifyThrough(t.Context(), &rest, migrate.VerifyOptions{Resume: true})
			must(t, err)
			if got.Number != stopped.Number {
				t.Errorf("verification %d went on as %d", stopped.Number, got.Number)
			}
			if n := rest.calls.Load(); n > all.calls.Load()-3*got.Resumed {
				t.Errorf("%d calls of %d, although %d threads had been read", n, all.calls.Load(), got.Resumed)
			}
			if d := cmp.Diff(got.Summary, want.Summary); d != "" || got.Digest != want.Digest || !got.OK() {
				t.Errorf("digest %q, want %q; summary (-got +want):\n%s", got.Digest, want.Digest, d)
			}
			if v := w.verifyQuick(nil); v.Digest != want.Digest {
				t.Errorf("a quick one finds %q, want %q", v.Digest, want.Digest)
			}
		})
	}
}

// endless is a recorder of a verification that is killed right before its end.
type endless struct{ migrate.VerifyRecorder }

func (endless) EndVerification(int, string, time.Time) error { return context.Canceled }

// verifyAllButTheEnd leaves behind what a verification does that is killed after
// it has read every thread.
func (w *world) verifyAllButTheEnd(opts migrate.VerifyOptions) {
	w.t.Helper()
	l := w.ledger()
	defer l.Close()
	opts.Recorder = endless{l}
	_, err := migrate.Verify(context.Background(), w.snapshot(), w.destination(nil), l, w.store, w.rules, &opts)
	if !errors.Is(err, context.Canceled) {
		w.t.Fatalf("Verify: %v, want it cancelled", err)
	}
}

func TestVerifyResumesOnlyWhatIsStillTrue(t *testing.T) {
	for _, tt := range []struct {
		name   string
		first  migrate.VerifyOptions
		change func(*testing.T, *world)
		then   migrate.VerifyOptions
		want   int64 // threads that are not read again
	}{
		{"nothing happened", migrate.VerifyOptions{}, nil, migrate.VerifyOptions{Resume: true}, 3},
		{"without --resume", migrate.VerifyOptions{}, nil, migrate.VerifyOptions{}, 0},
		{"one was wrong", migrate.VerifyOptions{}, nil, migrate.VerifyOptions{Resume: true}, 2},
		{"a run was at work", migrate.VerifyOptions{}, func(t *testing.T, w *world) {
			w.change(func(l lines) { l.message(0, 1)["body"] = "Hello! Never mind." })
			w.mustRun()
		}, migrate.VerifyOptions{Resume: true}, 2},
		{"now as everybody", migrate.VerifyOptions{}, nil, migrate.VerifyOptions{Resume: true, AsAll: true}, 0},
		{"as everybody before", migrate.VerifyOptions{AsAll: true}, nil, migrate.VerifyOptions{Resume: true}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, snapshotDir("tiny"), nil)
			w.mustRun()
			if tt.name == "one was wrong" {
				(&vandal{world: w, chat: w.chat(), ctx: context.Background()}).edit(0, 2, "something else", nil)
			}
			w.verifyAllButTheEnd(tt.first)
			if tt.change != nil {
				tt.change(t, w)
			}
			got, err := w.verifyWith(context.Background(), tt.then)
			must(t, err)
			if got.Resumed != tt.want {
				t.Errorf("%d threads were not read again, want %d", got.Resumed, tt.want)
			}
		})
	}
}

// What cannot be read at the source is a problem of its conversation alone, and
// counts as not verified.
func TestVerifyDamagedSource(t *testing.T) {
	w := newWorld(t, snapshotDir("tiny"), nil)
	w.mustRun()
	whole := w.source
	w.change(func(l lines) { l.message(2, 3)["index"] = "damaged" })
	v, err := w.verifyWith(t.Context(), migrate.VerifyOptions{})
	must(t, err)
	says(t, v.Differences, nil)
	if c := v.Summary.Conversations; c.Failed != 1 || c.Unchanged+c.Pending != 2 || len(v.Problems) != 1 {
		t.Errorf("conversations %+v, problems %v", c, v.Problems)
	}
	w.source = whole
	if v := w.verifyQuick(nil); v.Summary.Conversations.Unchecked != 1 {
		t.Errorf("conversations %+v", v.Summary.Conversations)
	}
}
