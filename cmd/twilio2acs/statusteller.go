package main

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/moby/sys/atomicwriter"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

const (
	// statusEvery is how often a run tells how it is doing.
	statusEvery = time.Second
	// statusFirst is how often it looks whether the first conversation is on its way.
	statusFirst = 50 * time.Millisecond
)

// statusTeller keeps the status file of a run, and gives copies of its ledger to
// those who ask for one. That it cannot is no reason to stop a migration.
type statusTeller struct {
	path    string
	ledger  *checkpoint.Ledger
	total   int64
	refused func() int64
	log     *slog.Logger
	started time.Time

	mu     sync.Mutex
	engine *migrate.Engine // of the latest round; nil before the first
	phase  phase

	// Of the goroutine that writes.
	last     migrate.Moment
	written  time.Time
	estimate estimate
	since    map[string]time.Time // when a problem came up
	warned   bool
}

// tell begins to tell, until stop is called.
func (t *statusTeller) tell(ctx context.Context) (stop func()) {
	t.started, t.phase, t.since = time.Now(), phasePreparing, make(map[string]time.Time)
	t.write(ctx)
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(statusFirst)
		defer tick.Stop()
		for begun := false; ; {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			if engine, _ := t.at(); !begun && engine != nil && engine.SoFar().Run > 0 {
				begun = true
				tick.Reset(statusEvery)
			} else if !begun && time.Since(t.written) < statusEvery {
				continue
			}
			t.write(ctx)
		}
	})
	return func() {
		close(quit)
		wg.Wait()
		t.enter(phaseEnded, nil)
		t.write(ctx)
	}
}

// enter notes the phase, and whose it is unless that stays the same.
func (t *statusTeller) enter(p phase, engine *migrate.Engine) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.phase, t.engine = p, cmp.Or(engine, t.engine)
}

func (t *statusTeller) at() (*migrate.Engine, phase) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.engine, t.phase
}

// write tells, and warns once if it cannot.
func (t *statusTeller) write(ctx context.Context) {
	err := cmp.Or(t.writeFile(time.Now()), t.ledger.AnswerReaders(ctx))
	if err != nil && !t.warned && ctx.Err() == nil {
		t.warned = true
		t.log.Warn("nobody is told how the run is doing", "error", err)
	}
}

func (t *statusTeller) writeFile(now time.Time) error {
	counts, err := t.ledger.Counts()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(statusFile{schema, t.ledger.Binding(), counts, t.live(now)}, "", "  ")
	if err != nil {
		return err
	}
	t.written = now
	return atomicwriter.WriteFile(t.path, append(text, '\n'), 0o600)
}

// live is how the run is doing.
func (t *statusTeller) live(now time.Time) liveStatus {
	engine, phase := t.at()
	live := liveStatus{PID: os.Getpid(), Phase: phase, Started: t.started, Written: now, Total: t.total, Refused: t.refused()}
	if engine == nil {
		return live
	}
	moment, report := engine.Stats(), engine.SoFar()
	live.Run, live.Summary, live.Active, live.Done = report.Run, report.Summary, moment.Active, moment.Messages
	live.Stuck = t.stuck(report.Problems, now)
	if moment.Slowest != "" {
		live.Slowest = &slowest{moment.Slowest, moment.Since}
	}
	if since := now.Sub(t.written); since > 0 && moment.Messages >= t.last.Messages { // fewer in a new round
		live.PerSecond = float64(moment.Messages-t.last.Messages) / since.Seconds()
	}
	if left, ok := t.estimate.left(now, moment.Messages, t.total); ok && t.total > 0 {
		live.SecondsLeft = max(0, left.Round(time.Second).Seconds())
	}
	t.last = moment
	return live
}

// stuck are the problems of a run, of which there are a hundred at most, with the
// time since when the ledger has them.
func (t *statusTeller) stuck(problems []migrate.Problem, now time.Time) []stuck {
	out := make([]stuck, len(problems))
	for i, p := range problems {
		if _, ok := t.since[p.Item]; !ok {
			t.since[p.Item] = now
			rec, found, err := t.ledger.Thread(mapping.ConversationSID(p.Item))
			if err == nil && found && !rec.Since.IsZero() {
				t.since[p.Item] = rec.Since
			}
		}
		out[i] = stuck{mapping.ConversationSID(p.Item), p.Status, p.Step, p.Reason, t.since[p.Item]}
	}
	return out
}
