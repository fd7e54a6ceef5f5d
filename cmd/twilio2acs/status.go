package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/twilio2acs/twilio2acs/checkpoint"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// statusOptions are those of status.
type statusOptions struct {
	state  stateOptions
	output outputOptions
}

func newStatusCommand(s *streams) *cobra.Command {
	var o statusOptions
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Tell from the ledger how far a migration has come",
		Long: `Status reads the ledger and nothing else: what the latest run was, what has been
carried over, and which conversations failed, are blocked or open, since when and
why. While a run is going on the ledger is its own: status then reads the file
that the run keeps beside it.`,
		Example: `  twilio2acs status --state run.db`,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return status(cmd.Context(), &o, s) },
	}
	o.state.register(cmd)
	o.output.register(cmd)
	describe(cmd, "", exitDone, exitError, exitLocked, exitState, exitUsage)
	return cmd
}

// maxStuck is how many conversations a status names, but for -o jsonl, which
// names all of them.
const maxStuck = 100

// statusDocument is what status prints for machines.
type statusDocument struct {
	head
	State         string                   `json:"state"`
	Run           int                      `json:"run"`
	LastRun       *runStatus               `json:"lastRun,omitempty"` // absent before the first one
	Binding       mapping.Binding          `json:"binding"`
	Counts        mapping.Counts           `json:"counts"`
	Conversations map[mapping.Status]int64 `json:"conversations"` // by status
	// Live is what a run tells that is going on; its conversations are counted
	// under Conversations, those of earlier runs not among them.
	Live *liveStatus `json:"live,omitempty"`
	// Left is how many messages are still to come, where the latest run knew.
	Left      *int64  `json:"messagesLeft,omitempty"`
	Stuck     []stuck `json:"stuck,omitempty"`
	MoreStuck int64   `json:"moreStuck,omitempty"`
	// Held are threads that lack their newest message.
	Held     []heldThread `json:"held,omitempty"`
	MoreHeld int64        `json:"moreHeld,omitempty"`
}

// runStatus is the latest run. One that was killed has a last sign of life, but
// no end.
type runStatus struct {
	Started  time.Time `json:"started"`
	LastSeen time.Time `json:"lastSeen"`
	Ended    time.Time `json:"ended,omitzero"`
	Killed   bool      `json:"killed"`
	Exit     int       `json:"exit"`
}

// stuck is a conversation that is not done.
type stuck struct {
	Conversation mapping.ConversationSID `json:"conversation"`
	Status       mapping.Status          `json:"status"`
	Step         string                  `json:"step,omitempty"`
	Reason       string                  `json:"reason,omitempty"`
	Since        time.Time               `json:"since"`
}

// status prints how far the migration has come.
func status(ctx context.Context, o *statusOptions, s *streams) (err error) {
	lines := o.output.format.value == formatJSONL
	each := func(c stuck) {
		if lines {
			printLine(s.out, struct {
				Type string `json:"type"`
				stuck
			}{"stuck", c})
		}
	}
	lacking := func(h heldThread) {
		if lines {
			printLine(s.out, struct {
				Type string `json:"type"`
				heldThread
			}{"held", h})
		}
	}
	doc, err := o.document(ctx, each, lacking)
	if err != nil {
		return err
	}
	switch {
	case lines:
		if doc.Live != nil {
			for _, c := range doc.Stuck {
				each(c)
			}
		}
		doc.Type, doc.Stuck, doc.MoreStuck, doc.Held, doc.MoreHeld = "summary", nil, 0, nil, 0
		printLine(s.out, doc)
	case o.output.format.value == formatJSON:
		printDocument(s.out, doc)
	default:
		writeStatus(&textWriter{w: s.out, color: painter(s.color)}, doc, time.Now())
	}
	return nil
}

// document is the status from the ledger, or from the run that holds it.
func (o *statusOptions) document(ctx context.Context, each func(stuck), lacking func(heldThread)) (doc *statusDocument, err error) {
	ledger, err := o.state.readExisting()
	if err != nil {
		return o.statusOfRun(ctx, err)
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	return o.read(ctx, ledger, each, lacking)
}

// read gathers the document. It tells each of every conversation that is stuck,
// and lacking of every thread without its newest message.
func (o *statusOptions) read(ctx context.Context, ledger *checkpoint.Reader, each func(stuck), lacking func(heldThread)) (*statusDocument, error) {
	doc := &statusDocument{
		head: headOf("status"), State: o.state.path, Binding: ledger.Binding(),
		Conversations: make(map[mapping.Status]int64),
	}
	if err := doc.readRun(ledger); err != nil {
		return nil, err
	}
	doc.Left = o.leftOffline(doc)
	for t, err := range ledger.Threads() {
		if err = cmp.Or(err, context.Cause(ctx)); err != nil {
			return nil, err
		}
		status := cmp.Or(t.Status, mapping.StatusRunning)
		doc.Conversations[status]++
		if !t.Held.IsZero() {
			h := heldThread{t.Conversation, t.Thread, t.Held}
			lacking(h)
			doc.addHeld(h)
		}
		if status == mapping.StatusDone || status == mapping.StatusRunning {
			continue
		}
		c := stuck{t.Conversation, status, t.Step, t.Reason, t.Since}
		if status == mapping.StatusRemoving {
			c.Reason = "a rollback was interrupted: the next one, or a run, goes on from there"
		}
		each(c)
		if len(doc.Stuck) < maxStuck {
			doc.Stuck = append(doc.Stuck, c)
		} else {
			doc.MoreStuck++
		}
	}
	return doc, nil
}

func (d *statusDocument) readRun(ledger *checkpoint.Reader) error {
	counts, err := ledger.Counts()
	if err != nil {
		return err
	}
	run, found, err := ledger.LastRun()
	if err != nil {
		return err
	}
	d.Counts, d.Run = counts, run.Number
	if found { // nobody else has the ledger: a run without an end is no more
		d.LastRun = &runStatus{run.Started, run.Beat, run.Ended, run.Ended.IsZero(), run.Exit}
	}
	return nil
}

// writeStatus tells people how far the migration has come.
func writeStatus(t *textWriter, d *statusDocument, now time.Time) {
	if d.Binding == (mapping.Binding{}) {
		t.heading("Ledger %s: decisions about people, to be bound by the first run.", d.State)
	} else {
		t.heading("Ledger %s: Twilio account %s to %s.", d.State, d.Binding.Account, d.Binding.Resource)
	}
	t.printf("  %s\n\n", d.runText(now))
	t.printf("  conversations  %s\n", d.conversations())
	c := d.Counts
	t.printf("  in ACS         %s, %s, %s, %s, %s\n",
		plural(c.Users, "user", "users"), plural(c.Conversations, "thread", "threads"),
		plural(c.Participants, "participant", "participants"), plural(c.Messages, "message", "messages"),
		plural(c.Media, "file", "files"))
	if d.Left != nil && *d.Left > 0 {
		t.printf("  left           %s\n", plural(*d.Left, "message", "messages"))
	}
	t.note(c.Stubs, "message was refused by ACS: a stub stands in its place", "messages were refused by ACS: stubs stand in their places")
	t.note(c.MediaMissing, "file was not found at Twilio", "files were not found at Twilio")
	t.note(c.Unused, "identity may exist in ACS without any use", "identities may exist in ACS without any use")
	if d.Live != nil {
		d.Live.notes(t, now)
	}
	d.writeHeld(t, now)
	if len(d.Stuck) > 0 {
		t.printf("\n")
		t.heading("Needs attention:")
	}
	for _, s := range d.Stuck {
		t.printf("  %s  %s, since %s\n", t.color.paint(yellow, fmt.Sprintf("%-7s", s.Status)), s.Conversation, ago(s.Since, now))
		t.printf("           %s\n", reason(s.Step, s.Reason))
	}
	if d.MoreStuck > 0 {
		t.printf("  … and %s more: -o jsonl lists them all\n", humanize.Comma(d.MoreStuck))
	}
}

// runText tells of the latest run.
func (d *statusDocument) runText(now time.Time) string {
	r := d.LastRun
	switch {
	case d.Live != nil:
		return d.Live.text(now)
	case r == nil:
		return "no run has begun"
	case r.Killed:
		return fmt.Sprintf("run %d began %s and was killed: its last sign of life came %s; the same command goes on",
			d.Run, ago(r.Started, now), ago(r.LastSeen, now))
	default:
		return fmt.Sprintf("run %d began %s and ended %s later with exit code %d (%s)",
			d.Run, ago(r.Started, now), shortly(r.Ended.Sub(r.Started)), r.Exit, exitMeaning(r.Exit))
	}
}

// text tells of a run that is going on.
func (l *liveStatus) text(now time.Time) string {
	text := fmt.Sprintf("run %d began %s and is going on (process %d)", l.Run, ago(l.Started, now), l.PID)
	switch silent := now.Sub(l.Written); {
	case silent > 10*statusEvery:
		return text + fmt.Sprintf("; it last told of itself %s", ago(l.Written, now))
	case l.Phase == phasePreparing:
		return fmt.Sprintf("a run began %s and is preparing (process %d)", ago(l.Started, now), l.PID)
	case l.Phase == phaseWaiting:
		return text + ": it waits for its next round"
	}
	text += ": " + plural(l.Done, "message", "messages") + " gone through"
	if l.Total > 0 {
		text += " of " + humanize.Comma(l.Total)
	}
	text += fmt.Sprintf(", %.0f a second", l.PerSecond)
	if l.SecondsLeft > 0 {
		text += fmt.Sprintf(", about %s left", shortly(seconds(l.SecondsLeft)))
	}
	return text
}

// notes tells what holds a run up.
func (l *liveStatus) notes(t *textWriter, now time.Time) {
	if l.Slowest != nil {
		t.printf("  slowest        %s, begun %s\n", l.Slowest.Conversation, ago(l.Slowest.Since, now))
	}
	t.note(l.Refused, "request was refused by ACS for being one too many", "requests were refused by ACS for being too many")
}

// conversations counts conversations by status, those that are done first.
func (d *statusDocument) conversations() string {
	var parts []string
	for _, status := range []mapping.Status{
		mapping.StatusDone, mapping.StatusRunning, mapping.StatusOpen, mapping.StatusFailed, mapping.StatusBlocked, mapping.StatusRemoving,
	} {
		if n := d.Conversations[status]; n > 0 {
			parts = append(parts, humanize.Comma(n)+" "+string(status))
		}
	}
	if len(parts) == 0 {
		return "none begun"
	}
	return strings.Join(parts, " · ")
}

// ago is how long t is past, roughly.
func ago(t, now time.Time) string { return humanize.RelTime(t, now, "ago", "from now") }
