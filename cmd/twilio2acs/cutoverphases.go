package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/night"
)

// run goes from phase to phase, until one of them ends the night or cannot go on.
func (c *cutover) run(ctx context.Context) error {
	if err := c.preflight(ctx); err != nil {
		return err
	}
	for {
		c.journal.Underway = c.journal.Phase
		if err := c.journal.Save(); err != nil {
			return err
		}
		done, err := c.phase(ctx)
		if done || err != nil {
			return err
		}
	}
}

// phase does what is next. Done says that the night is over, for now.
func (c *cutover) phase(ctx context.Context) (done bool, err error) {
	switch c.journal.Phase {
	case night.PhaseSync:
		return false, c.sync(ctx)
	case night.PhaseFreeze:
		return false, c.freeze(ctx)
	case night.PhaseCheck:
		return false, c.checkFreeze(ctx)
	case night.PhaseDrain:
		return false, c.drain(ctx)
	case night.PhaseVerify:
		return true, c.verify(ctx)
	}
	return true, c.stragglers(ctx)
}

// preflight looks whether all that a round needs is in order, as doctor does, and asks
// now what a round would ask.
func (c *cutover) preflight(ctx context.Context) error {
	e := &examination{s: c.s, o: &doctorOptions{
		source: c.source, dest: c.dest, media: c.media, connect: c.connect, state: c.state, log: c.log, output: c.output,
	}}
	defer e.close()
	c.begin("Preflight:")
	var facts []string
	var failed []error
	for _, x := range e.checks() {
		found := x.look(ctx, checkTimeout)
		if err := context.Cause(ctx); err != nil {
			return err
		}
		found.tell(c.s, c.output.format.value)
		what := found.Detail
		if found.Error != nil {
			what = found.Error.Message
		}
		facts = append(facts, fmt.Sprintf("%s: %s %s", found.Name, found.Status, what))
		if found.Status == verdictFail {
			failed = append(failed, found.err)
		}
	}
	if err := c.note("preflight", facts...); err != nil {
		return err
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	return c.acceptOnce(ctx)
}

// acceptOnce asks whether critical losses may happen, so that no round has to.
func (c *cutover) acceptOnce(ctx context.Context) error {
	place, err := c.media.place(c.dest)
	if err != nil {
		return err
	}
	rules, err := c.policies.rules(place.template, c.source.wantsReceipts())
	if err != nil {
		return err
	}
	accepted, err := c.accept.accepted(c.dest)
	if err != nil {
		return err
	}
	if err := preflight(ctx, c.s, rules, accepted); err != nil {
		return err
	}
	c.accept.codes = nil
	for _, code := range slices.Sorted(maps.Keys(accepted)) {
		c.accept.codes = append(c.accept.codes, string(code))
	}
	return nil
}

// sync makes rounds until what waits in Twilio is young enough.
func (c *cutover) sync(ctx context.Context) error {
	c.begin("Sync: rounds until little waits in Twilio")
	for {
		r, err := c.round(ctx, roundsOptions{}, false)
		if err != nil {
			return err
		}
		b, err := c.backlog(ctx, nil)
		if err != nil {
			return err
		}
		c.journal.Rounds++
		if err := errors.Join(c.journal.Save(), c.note(fmt.Sprintf("sync, round %d", c.journal.Rounds), r.fact(), c.backlogText(b))); err != nil {
			return err
		}
		if b.Lag() <= c.lag || c.atMost > 0 && c.journal.Rounds >= c.atMost {
			c.journal.Phase = night.PhaseFreeze
			return nil
		}
		if err := wait(ctx, c.pause); err != nil {
			return err
		}
	}
}

// drain makes rounds that compare everything, until one changes nothing. Where late
// messages are tolerated there might be no such round: one has to do.
func (c *cutover) drain(ctx context.Context) error {
	check := c.journal.Check
	quiet := check == nil || !check.Tolerated
	if quiet {
		c.begin("Drain: rounds that compare every message, until one changes nothing")
	} else {
		c.begin("Drain: a round that compares every message")
	}
	r, err := c.round(ctx, roundsOptions{untilQuiet: quiet}, true)
	if err != nil {
		return err
	}
	c.journal.Phase = night.PhaseVerify
	return c.note("drain", fmt.Sprintf("%s; the last: %s", plural(int64(r.of), "round", "rounds"), r.fact()))
}

// stragglers carries what came after the go, and says where it came.
func (c *cutover) stragglers(ctx context.Context) error {
	c.begin("It was a go. Rounds for stragglers:")
	var late lateMessages
	if _, err := c.backlog(ctx, late.add); err != nil {
		return err
	}
	r, err := c.round(ctx, roundsOptions{untilQuiet: true}, false)
	if err != nil {
		return err
	}
	c.journal.Late += late.messages
	c.doc.Waiting, c.doc.MoreWaiting = late.first, late.more
	c.tellWaiting("late", c.doc.Waiting, c.doc.MoreWaiting)
	facts := append([]string{fmt.Sprintf("%s; the last: %s", plural(int64(r.of), "round", "rounds"), r.fact()),
		plural(late.messages, "message has come since", "messages have come since")}, late.facts()...)
	if err := c.note("stragglers", facts...); err != nil {
		return err
	}
	return c.verdict(r.report, nil)
}

// wait waits, unless it is interrupted.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
