package migrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// departed is a message, or with an empty record a whole conversation, that the
// ledger knows and the source does not show any more.
type departed struct {
	service      mapping.ServiceSID
	conversation mapping.ConversationSID
	message      mapping.MessageRecord
}

// name is the SID of the item.
func (d departed) name() string {
	return cmp.Or(string(d.message.SID), string(d.conversation))
}

// compareDeparted orders what is gone by conversation, and there by index.
func compareDeparted(a, b departed) int {
	return cmp.Or(strings.Compare(string(a.conversation), string(b.conversation)), cmp.Compare(a.message.Index, b.message.Index))
}

// departures collects what is gone, before anything of it is deleted: only when
// all of it is known can be said whether it is too much to be believed. It is
// safe for concurrent use.
type departures struct {
	kind func(*Summary) *Tally
	loss mapping.LossCode // that comes with the deletion of each; empty for none

	mu    sync.Mutex
	count int64
	items []departed // the first maxDeletes of them
}

// maxDeletes bounds how much one run deletes, and so what it remembers of it.
// The next run goes on.
const maxDeletes = 10_000

// add notes an item that is gone.
func (d *departures) add(item departed) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
	if len(d.items) < maxDeletes {
		d.items = append(d.items, item)
	}
}

// allowance is how many of total may be deleted without consent.
func allowance(total int64, percent float64) int64 {
	if percent <= 0 {
		return 0
	}
	return int64(math.Ceil(float64(total) * min(percent, 100) / 100))
}

// A removal deletes one item in ACS and reports whether it did: what people have
// changed or used there stays.
type removal func(context.Context, departed) (bool, error)

// depart decides about everything that is gone at the source and hands what may
// go to the removals. Those of a plan do nothing.
func (v *view) depart(ctx context.Context, message, thread removal) error {
	counts, err := v.records.Counts()
	if err != nil {
		return ledgerFailure(err)
	}
	v.gone.kind, v.gone.loss = messages, mapping.LossDeletedTombstone
	if err := v.departAll(ctx, &v.gone, counts.Messages, message); err != nil {
		return err
	}
	threads, err := v.goneConversations(ctx)
	if err != nil {
		return err
	}
	return v.departAll(ctx, threads, counts.Conversations, thread)
}

// goneConversations are those that the ledger knows and the list did not show.
func (v *view) goneConversations(ctx context.Context) (*departures, error) {
	d := &departures{kind: conversations}
	if v.opts.Selected {
		return d, nil // the list was never meant to show them all
	}
	for c, err := range v.records.Conversations() {
		if err != nil {
			return nil, ledgerFailure(err)
		}
		if v.listed.hasConversation(c) {
			continue
		}
		rec, _, err := v.records.Thread(c)
		if err != nil {
			return nil, ledgerFailure(err)
		}
		if rec.Thread != "" {
			d.add(departed{service: rec.Service, conversation: rec.Conversation})
		}
	}
	return d, ctx.Err()
}

// departAll lets go what is gone of total items, if that may be believed.
func (v *view) departAll(ctx context.Context, d *departures, total int64, remove removal) error {
	if d.count == 0 {
		return nil
	}
	if v.opts.Selected {
		v.report.departed(d.kind, Tally{Total: d.count, Unchecked: d.count})
		return nil
	}
	why := v.unreliable()
	if allowed := allowance(total, v.opts.MaxDelete); why == "" && d.count > allowed {
		why = fmt.Sprintf("%d items are gone in Twilio, more than the %d that --max-delete allows", d.count, allowed)
	}
	if why != "" {
		v.report.withheld(d, why)
		return nil
	}
	slices.SortFunc(d.items, compareDeparted)
	for _, item := range d.items {
		t, err := v.departOne(ctx, d, item, remove)
		if err != nil {
			return err
		}
		v.report.departed(d.kind, t)
	}
	more := d.count - int64(len(d.items))
	v.report.departed(d.kind, Tally{Total: more, Pending: more})
	return nil
}

// unreliable says why nothing that a list does not show may be taken for gone;
// empty when it may.
func (v *view) unreliable() string {
	if s, ok := facet[interface{ Skipped() int64 }](v.src); ok && s.Skipped() > 0 || v.report.anyDamage() {
		return "something seems to be gone in Twilio, but the source is damaged"
	}
	return ""
}

// departOne deletes one item once Twilio itself says that it is gone.
func (v *view) departOne(ctx context.Context, d *departures, item departed, remove removal) (Tally, error) {
	gone, err := v.isGone(ctx, item)
	if err != nil {
		return Tally{}, err
	}
	if !gone {
		v.log.Warn("what the list does not show is still there", "conversation", item.conversation, "message", item.message.SID)
		return Tally{Total: 1, Unchanged: 1}, nil
	}
	went, err := remove(ctx, item)
	if err != nil || !went {
		return Tally{Total: 1, Unchanged: 1}, err
	}
	if d.loss != "" {
		v.report.lost(d.loss, item.name())
	}
	return Tally{Total: 1, Deleted: 1}, nil
}

// isGone asks Twilio for the very item.
func (v *view) isGone(ctx context.Context, item departed) (bool, error) {
	var err error
	if item.message.SID == "" {
		_, err = v.src.FetchConversation(ctx, item.service, item.conversation)
	} else {
		_, err = v.src.FetchMessage(ctx, mapping.Conversation{SID: item.conversation, ServiceSID: item.service}, item.message.SID)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err == nil, errors.As(err, new(*mapping.DamagedError)): // whatever it is like, it is there
		return false, nil
	}
	return false, unreadable("ask for what is gone", err)
}
