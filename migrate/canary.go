package migrate

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// CanaryACS is what a canary needs of ACS.
type CanaryACS interface {
	Identities
	ThreadWriter
	ThreadReader
	Remover
}

// A CanaryLedger remembers the users of a canary until they are deleted.
type CanaryLedger interface {
	personLedger
	ForgetPerson(mapping.PersonKey) error
}

// canaryRemoval is how long the removal of a canary may take once the run is
// told to stop, or something failed. The next run does what is left.
const canaryRemoval = 10 * time.Second

// TryACS writes a throw-away thread with the extremes of everything that a run
// by these rules ever sends, reads it back, and deletes it and its users again, whatever comes
// in between. What a killed run has left of an earlier one is deleted first.
//
// The error is a *CanaryError when ACS does not keep what it is given, so that a
// migration would lose or change something everywhere. Of opts it heeds Settle,
// within which everything must be visible, Patience and Logger.
func TryACS(ctx context.Context, acs CanaryACS, ledger CanaryLedger, rules mapping.Rules, opts *Options) error {
	if opts == nil {
		opts = &Options{}
	}
	c := &canary{CanaryACS: acs, ledger: ledger, opts: opts.withDefaults(), want: mapping.NewCanary(rules)}
	c.patience = &patience{limit: c.opts.Patience}
	if err := c.remove(ctx); err != nil {
		return fmt.Errorf("remove an earlier canary: %w", err)
	}
	err := c.try(ctx)
	calls, cancel := context.WithTimeout(context.WithoutCancel(ctx), canaryRemoval)
	defer cancel()
	if rerr := c.remove(calls); rerr != nil {
		c.opts.Logger.Warn("the canary is still there, the next run deletes it", "error", rerr)
	}
	switch {
	case err != nil:
		return fmt.Errorf("send the canary: %w", err)
	case len(c.findings) > 0:
		return &CanaryError{Findings: c.findings}
	}
	return nil
}

// canary is one on its way.
type canary struct {
	CanaryACS
	ledger   CanaryLedger
	opts     Options
	patience *patience
	want     mapping.Canary

	thread   mapping.ThreadID
	users    []mapping.CommunicationUserID // the first one creates and writes
	sent     []mapping.ChatMessageID       // empty for those that were refused
	findings []CanaryFinding
}

// canaryKey is the key of a member of the canary, by its place.
func canaryKey(i int) mapping.PersonKey {
	return mapping.PersonKey{Kind: mapping.PersonCanary, Name: strconv.Itoa(i)}
}

// try writes the canary and reads it back.
func (c *canary) try(ctx context.Context) error {
	people := newPeople(c.ledger, c.CanaryACS, c.patience)
	for i := range c.want.Members {
		id, err := people.id(ctx, person{Key: canaryKey(i)}, i == 0)
		if err != nil {
			return fmt.Errorf("create a user: %w", err)
		}
		c.users = append(c.users, id)
		c.want.Members[i].User = id
	}
	if err := c.create(ctx); err != nil || c.thread == "" {
		return err
	}
	for _, m := range c.want.Messages {
		var id mapping.ChatMessageID
		err := c.write(ctx, m.Name, func(ctx context.Context) (err error) {
			id, err = c.SendMessage(ctx, c.users[0], c.thread, m.NewChatMessage)
			return err
		})
		if err != nil {
			return err
		}
		c.sent = append(c.sent, id)
	}
	return c.readBack(ctx)
}

func (c *canary) create(ctx context.Context) error {
	key, request := uuid.NewString(), c.want.Thread
	request.Participants = c.want.Members
	return c.write(ctx, "the thread", func(ctx context.Context) error {
		thread, invalid, err := c.CreateThread(ctx, c.users[0], key, request)
		if err != nil {
			return err
		}
		c.thread = thread.ID
		for _, p := range invalid {
			c.find("a member created a moment ago", "taken", fmt.Sprintf("refused with %s %s", p.Code, p.Message), "")
		}
		return nil
	})
}

// write makes a call until it succeeds. That ACS refuses it is a finding. A
// message that is sent twice does no harm here. A stop waits a little for the
// call under way, lest it be carried out after everything was deleted.
func (c *canary) write(ctx context.Context, what string, call func(context.Context) error) error {
	err := c.patience.do(ctx, func(ctx context.Context) error {
		calls, cancel := graceful(ctx)
		defer cancel()
		return call(calls)
	})
	if outcomeOf(err) == refused && !final(err) {
		c.find(what, "taken", err.Error(), "")
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
