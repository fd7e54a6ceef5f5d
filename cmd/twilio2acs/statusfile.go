package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// statusPath is where a run tells how it is doing: the ledger is its own while it
// lasts.
func statusPath(state string) string { return state + ".status.json" }

// A phase is what a process that carries conversations over is at.
type phase string

const (
	phasePreparing phase = "preparing" // nothing is carried yet
	phaseCarrying  phase = "carrying"
	phaseWaiting   phase = "waiting" // for the next round
	phaseEnded     phase = "ended"   // from then on the ledger knows more
)

// liveStatus is what a run tells of itself.
type liveStatus struct {
	PID     int       `json:"pid"`
	Phase   phase     `json:"phase"`
	Run     int       `json:"run"` // 0 while preparing
	Started time.Time `json:"started"`
	Written time.Time `json:"written"`
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
	// Refused counts requests that ACS refused for being too many.
	Refused int64    `json:"refused"`
	Slowest *slowest `json:"slowest,omitempty"`
	Stuck   []stuck  `json:"stuck,omitempty"`
}

// slowest is the conversation that has been in progress for longest.
type slowest struct {
	Conversation mapping.ConversationSID `json:"conversation"`
	Since        time.Time               `json:"since"`
}

// statusFile is what stands in the file.
type statusFile struct {
	Schema  string          `json:"schema"`
	Binding mapping.Binding `json:"binding"`
	Counts  mapping.Counts  `json:"counts"`
	Live    liveStatus      `json:"live"`
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

// statusOfRun is the status of a migration whose ledger a run holds. The error is
// locked, why the ledger cannot be read, when that tells nothing.
func (o *statusOptions) statusOfRun(ctx context.Context, locked error) (*statusDocument, error) {
	if !is[*checkpoint.LockedError](locked) {
		return nil, locked
	}
	f, err := readStatusFile(o.state.path)
	if err != nil {
		return nil, err
	}
	if f == nil || f.Live.Phase == phaseEnded { // somebody else has the ledger
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
	doc.Left = f.left(f.Counts)
	doc.Stuck, f.Live.Stuck = f.Live.Stuck, nil
	return doc, ctx.Err()
}

// left is how many messages a ledger with those counts has still to come, as far
// as its latest run knew; nil where it did not.
func (f *statusFile) left(counts mapping.Counts) *int64 {
	if f.Live.Total < 0 {
		return nil
	}
	n := max(0, f.Live.Total-counts.Messages)
	return &n
}

// leftOffline is what is left according to the latest run, which has ended or was
// killed. That it has left no status behind is no failure.
func (o *statusOptions) leftOffline(d *statusDocument) *int64 {
	f, err := readStatusFile(o.state.path)
	if err != nil || f == nil || f.Live.Run != d.Run || f.Binding != d.Binding {
		return nil
	}
	return f.left(d.Counts)
}
