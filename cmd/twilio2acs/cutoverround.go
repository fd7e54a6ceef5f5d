package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twilio2acs/twilio2acs/migrate"
)

// nightRound is a round of a night, or several of which it is the last.
type nightRound struct {
	round
	of     int // how many they were
	report *migrate.Report
}

// fact is what it came to, for the protocol.
func (r nightRound) fact() string {
	all := r.report.Summary.All()
	text := fmt.Sprintf("run %d: %d created, %d updated, %d deleted, in %s", r.Run, r.Created, r.Updated, r.Deleted, shortly(seconds(r.Seconds)))
	if all.Failed+all.Open+all.Blocked > 0 {
		text += fmt.Sprintf("; %d failed, %d open, %d blocked", all.Failed, all.Open, all.Blocked)
	}
	if r.LagSeconds > 0 {
		text += "; what was carried had waited for " + shortly(seconds(r.LagSeconds))
	}
	return text
}

// round makes a round, or as many as it takes, and says what it came to. The canary
// goes ahead of the first of a process only.
func (c *cutover) round(ctx context.Context, rounds roundsOptions, deep bool) (nightRound, error) {
	o := c.runOptions
	o.deep, o.rounds = deep, rounds
	o.rounds.before = c.journal.Previous
	began := time.Now()
	came, err := o.migrate(ctx, c.s)
	c.canary.mode.value = canaryNever
	r := nightRound{roundOf(came.report, deep, time.Since(began), err), 1, came.report}
	c.doc.Run, c.doc.Problems, c.doc.MoreProblems = came.report.Run, came.report.Problems, came.report.MoreProblems
	if n := len(came.rounds); n > 0 {
		r.round, r.of = came.rounds[n-1], n
	} else if came.report.Run > 0 {
		o.tell(c.s, r.round)
	}
	if err != nil {
		if came.report.Run > 0 {
			err = errors.Join(err, c.note("a round ended early", r.fact()))
		}
		return r, err
	}
	c.journal.Previous = began.UTC()
	return r, c.admit()
}

// backlog looks what waits in Twilio.
func (c *cutover) backlog(ctx context.Context, found func(migrate.Waiting)) (b *migrate.Backlog, err error) {
	m, err := c.runOptions.open(ctx, c.s)
	if err != nil {
		return nil, err
	}
	defer func() { err = cmp.Or(err, m.close()) }()
	resource, err := c.dest.knownResource()
	if err != nil {
		return nil, err
	}
	ledger, err := c.state.read(m.binding(resource))
	if err != nil {
		return nil, err
	}
	defer func() { err = cmp.Or(err, ledger.Close()) }()
	if b, err = migrate.ReadBacklog(ctx, m.src, ledger, m.rules, found); err != nil {
		return nil, err
	}
	c.doc.Backlog = b
	c.tell("backlog", b, func(t *textWriter) { t.printf("  %s\n", c.backlogText(b)) })
	return b, nil
}

// backlogText is what waits, and how long it takes to carry it.
func (c *cutover) backlogText(b *migrate.Backlog) string {
	text := "nothing waits in Twilio"
	if b.Waiting > 0 {
		text = fmt.Sprintf("%s in %s, the oldest written %s; another round takes about %s",
			plural(b.Waiting, "message waits", "messages wait"), plural(b.Behind, "conversation", "conversations"),
			ago(b.Oldest, b.At), shortly(b.Estimate(c.pace.perMessage())))
	}
	if b.Stuck > 0 {
		text += "; " + plural(b.Stuck, "conversation that failed or is in doubt was", "conversations that failed or are in doubt were") + " not looked at"
	}
	return text
}

// maxWaiting is how many conversations a journal and a document name.
const maxWaiting = 100

// lateMessages are those that arrive although nobody should write any more. The first
// conversations are named.
type lateMessages struct {
	first    []migrate.Waiting
	more     int64
	messages int64
}

func (l *lateMessages) add(w migrate.Waiting) {
	l.messages += w.Messages
	if len(l.first) < maxWaiting {
		l.first = append(l.first, w)
	} else {
		l.more++
	}
}

// facts name them for the protocol.
func (l *lateMessages) facts() (facts []string) {
	for _, w := range l.first {
		facts = append(facts, waitingText(w))
	}
	if l.more > 0 {
		facts = append(facts, fmt.Sprintf("and %d more conversations", l.more))
	}
	return facts
}

// waitingText names a conversation, how many messages it got, and the latest.
func waitingText(w migrate.Waiting) string {
	text := fmt.Sprintf("%s  %s, the latest with index %d", w.Conversation, plural(w.Messages, "message", "messages"), w.Index)
	if !w.Newest.IsZero() {
		text += " of " + stamp(w.Newest)
	}
	return text
}
