package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twilio2acs/twilio2acs/cmd/twilio2acs/night"
	"github.com/twilio2acs/twilio2acs/migrate"
	"github.com/twilio2acs/twilio2acs/migrate/report"
)

// checkFreeze makes one more round, so that all that was written before the freeze is
// carried. What waits in Twilio a while later was written after it.
func (c *cutover) checkFreeze(ctx context.Context) error {
	c.begin("Check: who still writes in Twilio")
	r, err := c.round(ctx, roundsOptions{}, false)
	if err != nil {
		return err
	}
	c.say("  watching for %s", shortly(c.watch))
	if err := wait(ctx, c.watch); err != nil {
		return err
	}
	var late lateMessages
	if _, err := c.backlog(ctx, late.add); err != nil {
		return err
	}
	check := &night.Check{At: time.Now().UTC(), Watched: c.watch, Writers: late.first, More: late.more, Tolerated: c.tolerate && late.messages > 0}
	c.journal.Check = check
	c.doc.Waiting, c.doc.MoreWaiting = late.first, late.more
	c.tellWaiting("writer", late.first, late.more)
	n := int64(len(late.first)) + late.more
	facts := append([]string{r.fact(), fmt.Sprintf("watched for %s: %s still", c.watch, plural(n, "conversation gets messages", "conversations get messages"))}, late.facts()...)
	if n > 0 && c.tolerate {
		facts = append(facts, "decided to go on nevertheless: --tolerate-writes")
	}
	if n == 0 || c.tolerate {
		c.journal.Phase = night.PhaseDrain
		return c.note("check of the freeze", facts...)
	}
	c.next("stop writing in these conversations, and check again: %s\n      or let messages follow later, as stragglers: %s --tolerate-writes", c.again, c.again)
	if err := c.note("check of the freeze", facts...); err != nil {
		return err
	}
	return exitStatus(exitIncomplete)
}

// verify reads everything back, and decides.
func (c *cutover) verify(ctx context.Context) error {
	c.begin("Verify: everything is read back")
	resume, err := c.resumable()
	if err != nil {
		return err
	}
	o := &verifyOptions{migrationOptions: c.migrationOptions, connect: c.connect, as: c.as, resume: resume}
	v, skipped, err := o.compare(ctx, c.s, c.found)
	if err = causeOf(ctx, err); err != nil {
		return err
	}
	page := c.page(v, skipped)
	against := page.Against()
	c.journal.Decision = &night.Decision{At: page.MadeAt.UTC(), Go: page.Go(), Against: against}
	switch {
	case page.Go():
		c.journal.Phase = night.PhaseOver
	case c.source.isLive():
		c.journal.Phase = night.PhaseCheck
	default: // nobody writes in a snapshot
		c.journal.Phase = night.PhaseDrain
	}
	c.decided(page)
	entry := report.ProtocolEntry{
		At: page.MadeAt, Step: "decision: " + page.Headline(), Facts: append(against, page.Statements()...), Balances: page.All(),
	}
	if page.Go() {
		entry.Commands = []string{"# the way back:", c.wayBack()}
	}
	if err := c.protocol.Append(entry); err != nil {
		return err
	}
	if err := c.pages.write(page); err != nil {
		return err
	}
	switch {
	case page.Go():
		return nil
	case !v.OK():
		return exitStatus(exitMismatch)
	}
	return exitStatus(exitIncomplete)
}

// resumable reports whether there is a verification to go on with: one that was begun
// after the last round, and did not come to its end.
func (c *cutover) resumable() (bool, error) {
	ledger, err := c.state.readExisting()
	if err != nil {
		return false, err
	}
	last, found, err := ledger.LastVerification()
	return found && last.Ended.IsZero() && last.Began.After(c.journal.Previous), errors.Join(err, ledger.Close())
}

// page is the go or no-go.
func (c *cutover) page(v *migrate.Verification, skipped int64) *report.CutoverPage {
	p := &report.CutoverPage{
		Verification: v, Source: c.source.source, Destination: c.dest.dest, MadeAt: time.Now(), FrozenAt: c.journal.Frozen, Skipped: skipped,
		Next: c.again,
	}
	if check := c.journal.Check; check != nil {
		p.Watched, p.Writers, p.MoreWriters, p.Tolerated = check.Watched, check.Writers, check.More, check.Tolerated
	}
	return p
}
