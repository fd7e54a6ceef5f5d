package migrate

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Options tune a run. The zero value is a sound default, but for Accept: it
// accepts no critical loss.
type Options struct {
	// Active is how many conversations are in progress at once. 0 means DefaultActive,
	// and without a Gap 128: where no thread waits for the next second, these keep the
	// service busy, and more would only take memory.
	Active int
	// InboxOrder holds back the newest message of every conversation that is not
	// closed, until all others have been sent, and then sends these in the order of
	// their time, so that lists of chats keep their order. It counts on the first
	// full load alone.
	InboxOrder bool
	// Stage names the only part of the work to be done; empty means all of it.
	Stage Stage
	// Order says which conversations are carried first; empty means OrderAuto.
	Order Order
	// Settle is how long after an open outcome a message must stay absent to
	// count as not sent. 0 means 60 seconds.
	Settle time.Duration
	// KeyLife is how long a creation key is trusted to give the same thread again.
	// 0 means 5 min: how long the service keeps keys is not documented.
	KeyLife time.Duration
	// Embedded says that the destination lives in this process, so that no
	// request of an earlier process can still be under way.
	Embedded bool
	// Gap is the server time within which two messages of one thread must not
	// arrive together: one second, since clients sort by whole seconds. 0 means
	// no such care.
	Gap time.Duration
	// Reproducible says that the same source has to give the same destination run
	// by run: who creates a thread then does not depend on who is busy.
	Reproducible bool
	// Patience is how long the destination may fail before the run gives up. 0
	// means 10 minutes.
	Patience time.Duration
	// Whole compares every message that was already sent with its source, not
	// only what came after it, and reads a conversation through before it begins
	// it. It is meant for sources that cost nothing to read.
	Whole bool
	// Selected says that the source shows a part of its account only: people who
	// are in none of the conversations shown are then left alone.
	Selected bool
	// MaxDelete is how many percent of the messages carried, and of the threads, one
	// run may delete because they are gone in Twilio; more is withheld. 0 means 0.5,
	// rounded up to whole messages; a negative number allows none.
	MaxDelete float64
	// Previous is when the run before this one began, in a series of runs; zero for
	// none. Report.Lag counts from then.
	Previous time.Time
	// Changes is told of every item of a plan, one at a time, those of a conversation
	// together and after it. Its error ends the plan. Nil: nobody asks. Runs do not
	// use it.
	Changes func(Change) error
	// Planned is told of every conversation of a plan, right after its changes. Its
	// error ends the plan. Nil: nobody asks. Runs do not use it.
	Planned func(PlannedConversation) error
	// CheckMedia tells a plan whether the source can still give a file: the error of
	// one that is gone is fs.ErrNotExist to errors.Is. Nil: it takes them to be there.
	// Runs do not use it.
	CheckMedia func(context.Context, mapping.Conversation, mapping.Media) error
	// Live lets a plan ask the destination what it holds of items that change; nil:
	// it goes by the ledger alone. Runs do not use it.
	Live VerifyACS
	// Only takes up conversations alone that the ledger has in one of these
	// statuses; the source is not asked for others. Empty: all.
	Only []mapping.Status
	// MaxErrors stops a run with a *LimitError once more conversations than that
	// have failed, MaxDuration after that time. 0: never.
	MaxErrors   int
	MaxDuration time.Duration
	// Accept says which critical losses may happen, as mapping.Acceptable reads them.
	Accept map[mapping.LossCode]bool
	// Logger receives what an operator may want to know. Nil discards it.
	Logger *slog.Logger
}

// DefaultActive is Options.Active unless said otherwise: it takes that many to keep
// the limit of creations busy where conversations have about 200 messages.
const DefaultActive = 20_000

// unpacedActive takes its place where threads do not wait for the next second: each then
// keeps a call under way, and a connection.
const unpacedActive = 128

// DefaultKeyLife is Options.KeyLife unless somebody knows better.
const DefaultKeyLife = 5 * time.Minute

func (o Options) withDefaults() Options {
	if o.Gap == 0 {
		o.Active = cmp.Or(o.Active, unpacedActive)
	}
	o.Active = cmp.Or(o.Active, DefaultActive)
	o.Order = cmp.Or(o.Order, OrderAuto)
	o.Settle = cmp.Or(o.Settle, time.Minute)
	o.KeyLife = cmp.Or(o.KeyLife, DefaultKeyLife)
	o.Patience = cmp.Or(o.Patience, 10*time.Minute)
	o.MaxDelete = cmp.Or(o.MaxDelete, 0.5)
	o.Selected = o.Selected || len(o.Only) > 0
	if o.Accept[mapping.LossNoMediaStore] { // and with it, what follows from it
		o.Accept = maps.Clone(o.Accept)
		o.Accept[mapping.LossMediaLost], o.Accept[mapping.LossNotKept] = true, true
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}
