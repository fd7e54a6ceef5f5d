package migrate

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Lists of chats are sorted by their last activity. A migration gives every
// thread a new one, in whatever order threads happen to end, and so scrambles
// everybody's list. The newest message of each thread is therefore held back, and
// these are sent at the end, in the order of their activity in Twilio.

// inbox is the threads whose newest messages are held back. It is safe for
// concurrent use.
type inbox struct {
	gap time.Duration // between two threads in the list of one person

	mu      sync.Mutex
	held    map[mapping.ConversationSID]*heldThread
	threads map[uint64]int // held, of each person
	longest int            // the most that one person has
}

// heldThread is one of them.
type heldThread struct {
	conversation mapping.ConversationSID
	service      mapping.ServiceSID
	activity     time.Time
	people       []uint64 // in whose lists it stands
	acquaintance          // of whoever carried all but its newest message

	claimed  bool // somebody is about to send its message, or has
	blockers int  // threads of the same people that come before it and are not done
	next     []*heldThread
	notYet   time.Time     // a gap after the latest of those
	ready    chan struct{} // closed once nothing comes before it
	released chan struct{} // closed when it must not wait any more
}

func newInbox(gap time.Duration) *inbox {
	return &inbox{gap: gap, held: make(map[mapping.ConversationSID]*heldThread), threads: make(map[uint64]int)}
}

// hold takes in a thread.
func (b *inbox) hold(h *heldThread) {
	h.ready, h.released = make(chan struct{}), make(chan struct{})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held[h.conversation] = h
	for _, p := range h.people {
		b.threads[p]++
		b.longest = max(b.longest, b.threads[p])
	}
}

// cost is about how long it takes to send what is held.
func (b *inbox) cost() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Duration(b.longest) * b.gap
}

// waiting are the threads that are not done, in no order.
func (b *inbox) waiting() []*heldThread {
	b.mu.Lock()
	defer b.mu.Unlock()
	var threads []*heldThread
	for _, h := range b.held {
		threads = append(threads, h)
	}
	return threads
}

// arrange orders the threads by their activity, the oldest first. In the list of
// each person one is ready when that before it is done.
func (b *inbox) arrange() []*heldThread {
	threads := b.waiting()
	slices.SortFunc(threads, func(x, y *heldThread) int {
		if c := x.activity.Compare(y.activity); c != 0 {
			return c
		}
		return strings.Compare(string(x.conversation), string(y.conversation))
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	latest := make(map[uint64]*heldThread)
	for _, h := range threads {
		for _, p := range h.people {
			if before := latest[p]; before != nil && before != h {
				before.next = append(before.next, h)
				h.blockers++
			}
			latest[p] = h
		}
		if h.blockers == 0 {
			close(h.ready)
		}
	}
	return threads
}

// claim reports whether the caller is the one to send the message of h.
func (b *inbox) claim(h *heldThread) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := !h.claimed
	h.claimed = true
	return first
}

// done says that the message of h was sent, or will not be: those that come after
// it need not wait for it.
func (b *inbox) done(h *heldThread, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.held, h.conversation)
	for _, n := range h.next {
		n.notYet = later(n.notYet, now.Add(b.gap))
		if n.blockers--; n.blockers == 0 {
			close(n.ready)
		}
	}
	h.next = nil
}

// release lets h go before its turn.
func (b *inbox) release(h *heldThread) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-h.released:
	default:
		close(h.released)
	}
}

// await waits for the turn of h.
func (b *inbox) await(ctx context.Context, h *heldThread) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-h.released:
		return nil
	case <-h.ready:
	}
	b.mu.Lock()
	wait := time.Until(h.notYet)
	b.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-h.released:
	case <-t.C:
	}
	return nil
}
