package migrate

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Waiting is a conversation with messages that no run has carried yet.
type Waiting struct {
	Conversation mapping.ConversationSID `json:"conversation"`
	Service      mapping.ServiceSID      `json:"service,omitempty"`
	Messages     int64                   `json:"messages"`
	Index        int64                   `json:"index"` // of the newest
	// Oldest and Newest are when the first and the last of them were written, by the
	// clock of Twilio; zero where that cannot be read.
	Oldest time.Time `json:"oldest,omitzero"`
	Newest time.Time `json:"newest,omitzero"`
}

// Backlog is what waits in Twilio to be carried, at one moment.
type Backlog struct {
	At            time.Time `json:"at"`            // when it was looked for
	Conversations int64     `json:"conversations"` // in the source
	// Blocked and Stuck are conversations that were not looked at: those that cannot be
	// carried, and those whose last run failed or is in doubt. Why, the run tells.
	Blocked int64 `json:"blocked,omitempty"`
	Stuck   int64 `json:"stuck,omitempty"`
	Behind  int64 `json:"behind"`   // conversations with messages that wait
	Waiting int64 `json:"messages"` // messages
	Longest int64 `json:"longest"`  // messages of the conversation that has most of them
	// Oldest is when the message was written that has waited for longest; zero when
	// nothing waits.
	Oldest time.Time `json:"oldest,omitzero"`
	// Took is how long it took to look.
	Took time.Duration `json:"-"`
}

// Lag is how long the oldest message had waited. Where the clocks of Twilio and of
// this machine disagree, so does it; it is never negative.
func (b *Backlog) Lag() time.Duration {
	if b.Oldest.IsZero() {
		return 0
	}
	return max(0, b.At.Sub(b.Oldest))
}

// Estimate is about how long a run takes that carries it, at so much a message of one
// thread: as long as to look into every conversation, and to send the longest.
func (b *Backlog) Estimate(perMessage time.Duration) time.Duration {
	return b.Took + time.Duration(b.Longest)*perMessage
}

// backlogReaders is how many conversations are looked into at once. Twilio's client
// keeps its own limit of requests.
const backlogReaders = 16

// ReadBacklog compares how far each conversation of the source reaches with how far the
// ledger says that it was carried; what the rules leave out does not wait. Of edits it
// knows nothing: these only a run finds that compares everything. It asks the source for
// little more than one message of each conversation, and writes nothing. Found is told
// of each conversation with something that waits, one at a time; nil is told nothing.
func ReadBacklog(ctx context.Context, src Twilio, ledger LedgerReader, rules mapping.Rules, found func(Waiting)) (*Backlog, error) {
	src, rules, err := decide(src, ledger, rules)
	if err != nil {
		return nil, err
	}
	b := &backlog{src: src, ledger: ledger, rules: rules, found: found}
	b.sum.At = time.Now()
	err = eachConversation(ctx, src.Conversations, backlogReaders, &b.damage, b.conversation)
	b.sum.Took = time.Since(b.sum.At)
	return &b.sum, err
}

// backlog is one being read.
type backlog struct {
	src    Twilio
	ledger LedgerReader
	rules  mapping.Rules
	found  func(Waiting)
	damage collector // what could not be read, a run reports

	mu  sync.Mutex
	sum Backlog
}

// conversation looks into one.
func (b *backlog) conversation(ctx context.Context, c mapping.Conversation) error {
	rec, _, err := b.ledger.Thread(c.SID)
	if err != nil {
		return ledgerFailure(err)
	}
	progress, err := b.ledger.Progress(c.SID)
	if err != nil {
		return ledgerFailure(err)
	}
	w := Waiting{Conversation: c.SID, Service: c.ServiceSID}
	if rec.Status == mapping.StatusDone || rec.Status == mapping.StatusPending || rec.Status == mapping.StatusRunning {
		w, err = b.waiting(ctx, c, progress.LastIndex)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // deleted meanwhile: nothing waits there
		return err
	}
	b.add(rec.Status, w)
	return nil
}

// waiting looks for messages of c above an index.
func (b *backlog) waiting(ctx context.Context, c mapping.Conversation, after int64) (Waiting, error) {
	w := Waiting{Conversation: c.SID, Service: c.ServiceSID}
	if src, ok := facet[LengthSource](b.src); ok {
		newest, err := src.NewestIndex(ctx, c)
		if err != nil || newest <= after {
			return w, step("find the newest message of "+string(c.SID), err)
		}
	}
	for m, err := range carried(b.rules, c, b.src.Messages(ctx, c, after)) {
		var damaged *mapping.DamagedError
		if errors.As(err, &damaged) {
			continue
		}
		if err != nil {
			return w, step("list messages of "+string(c.SID), err)
		}
		if !m.LeftOut {
			w.add(m)
		}
	}
	return w, nil
}

// add counts a message. They come in ascending order.
func (w *Waiting) add(m mapping.Message) {
	w.Messages++
	w.Index = m.Index
	at, err := m.DateCreated.Time()
	if err != nil || at.IsZero() {
		return
	}
	if w.Oldest.IsZero() || at.Before(w.Oldest) {
		w.Oldest = at
	}
	w.Newest = later(w.Newest, at)
}

// add counts a conversation with that status in the ledger.
func (b *backlog) add(status mapping.Status, w Waiting) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := &b.sum
	s.Conversations++
	switch status {
	case mapping.StatusBlocked:
		s.Blocked++
	case mapping.StatusFailed, mapping.StatusOpen, mapping.StatusRemoving:
		s.Stuck++
	}
	if w.Messages == 0 {
		return
	}
	s.Behind++
	s.Waiting += w.Messages
	s.Longest = max(s.Longest, w.Messages)
	if !w.Oldest.IsZero() && (s.Oldest.IsZero() || w.Oldest.Before(s.Oldest)) {
		s.Oldest = w.Oldest
	}
	if b.found != nil {
		b.found(w)
	}
}
