package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/google/renameio/v2"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// statusPath is where a run tells how it is doing: the ledger is its own while it
// lasts.
func statusPath(state string) string { return state + ".status.json" }

const (
	// statusEvery is how often it tells.
	statusEvery = time.Second
	// statusFirst is how often it looks whether the run has begun.
	statusFirst = 50 * time.Millisecond
)

// liveStatus is what a run tells of itself.
type liveStatus struct {
	PID     int       `json:"pid"`
	Run     int       `json:"run"`
	Started time.Time `json:"started"`
	Written time.Time `json:"written"`
	Ended   bool      `json:"ended,omitempty"` // from then on the ledger knows more
	// Summary is that of the conversations that have ended in this run so far.
	Summary migrate.Summary `json:"summary"`
	Active  int64           `json:"active"` // conversations in progress
	// Done and Total count messages gone through; Total is -1 where only Twilio
	// knows it.
	Done      int64   `json:"done"`
	Total     int64   `json:"total"`
	PerSecond float64 `json:"perSecond"` // messages, since the file was last written
	// SecondsLeft is how long the rest takes at this speed, 0 where nobody knows.
	SecondsLeft float64 `json:"secondsLeft,omitempty"`
	Stuck       []stuck `json:"stuck,omitempty"`
}

// statusFile is what stands in the file.
type statusFile struct {
	Schema  string          `json:"schema"`
	Binding mapping.Binding `json:"binding"`
	Counts  mapping.Counts  `json:"counts"`
	Live    liveStatus      `json:"live"`
}

// statusTeller writes the status file of a run.
type statusTeller struct {
	path    string
	ledger  *checkpoint.Ledger
	engine  *migrate.Engine
	total   int64
	started time.Time

	last     migrate.Moment
	written  time.Time
	estimate estimate
	since    map[string]time.Time // when a problem was first seen
}

// tellStatus keeps the status file of a run, and gives copies of its ledger to
// those who ask, until the returned function is called. That it cannot is no
// reason to stop a migration.
func tellStatus(ctx context.Context, path string, ledger *checkpoint.Ledger, engine *migrate.Engine, total int64, warn func(error)) (stop func()) {
	t := &statusTeller{path: path, ledger: ledger, engine: engine, total: total, started: time.Now(), since: make(map[string]time.Time)}
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(statusFirst)
		defer tick.Stop()
		var warned bool
		for ended := false; !ended; {
			select {
			case <-quit:
				ended = true
			case <-tick.C:
			}
			if t.engine.SoFar().Run == 0 {
				continue // it has not begun, or never will
			}
			tick.Reset(statusEvery)
			err := t.write(time.Now(), ended)
			if err = cmp.Or(err, ledger.AnswerReaders(ctx)); err != nil && !warned {
				warned = true
				warn(err)
			}
		}
	})
	return func() { close(quit); wg.Wait() }
}

func (t *statusTeller) write(now time.Time, ended bool) error {
	counts, err := t.ledger.Counts()
	if err != nil {
		return err
	}
	moment, report := t.engine.Stats(), t.engine.SoFar()
	live := liveStatus{
		PID: os.Getpid(), Run: report.Run, Started: t.started, Written: now, Ended: ended,
		Summary: report.Summary, Active: moment.Active, Done: moment.Messages, Total: t.total, Stuck: t.stuck(report.Problems, now),
	}
	if since := now.Sub(t.written); !t.written.IsZero() && since > 0 {
		live.PerSecond = float64(moment.Messages-t.last.Messages) / since.Seconds()
	}
	if left, ok := t.estimate.left(now, moment.Messages, t.total); ok && t.total > 0 {
		live.SecondsLeft = max(0, left.Round(time.Second).Seconds())
	}
	t.last, t.written = moment, now
	text, err := json.MarshalIndent(statusFile{schema, t.ledger.Binding(), counts, live}, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(t.path, append(text, '\n'), 0o600)
}

// stuck are the problems of a run, of which there are a hundred at most, with the
// time when they were first seen.
func (t *statusTeller) stuck(problems []migrate.Problem, now time.Time) []stuck {
	out := make([]stuck, len(problems))
	for i, p := range problems {
		if _, ok := t.since[p.Item]; !ok {
			t.since[p.Item] = now
		}
		out[i] = stuck{mapping.ConversationSID(p.Item), p.Status, p.Step, p.Reason, t.since[p.Item]}
	}
	return out
}

// readStatusFile reads what a run that holds the ledger tells of itself.
func readStatusFile(state string) (*statusFile, error) {
	text, err := os.ReadFile(statusPath(state))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read status of the run: %w", err)
	}
	f := new(statusFile)
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("read status of the run %s: %w", statusPath(state), err)
	}
	return f, nil
}

// statusOfRun is the status of a migration whose ledger a run holds; nil when
// there is none to be read.
func (o *statusOptions) statusOfRun(ctx context.Context, locked error) (*statusDocument, error) {
	if !is[*checkpoint.LockedError](locked) {
		return nil, locked
	}
	f, err := readStatusFile(o.state.path)
	if err != nil {
		return nil, err
	}
	if f == nil || f.Live.Ended { // somebody else has the ledger
		return nil, locked
	}
	c := f.Live.Summary.Conversations
	doc := &statusDocument{
		head: headOf("status"), State: o.state.path, Run: f.Live.Run, Binding: f.Binding, Counts: f.Counts, Live: &f.Live,
		Conversations: map[mapping.Status]int64{
			mapping.StatusDone:    c.Created + c.Updated + c.Unchanged + c.Unchecked,
			mapping.StatusRunning: f.Live.Active,
			mapping.StatusFailed:  c.Failed, mapping.StatusBlocked: c.Blocked, mapping.StatusOpen: c.Open,
		},
	}
	doc.Stuck, f.Live.Stuck = f.Live.Stuck, nil
	return doc, ctx.Err()
}
