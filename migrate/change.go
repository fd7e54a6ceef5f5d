package migrate

import (
	"sync"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Verb is what a run would do with an item.
type Verb string

// The verbs of a plan.
const (
	VerbCreate    Verb = "create"
	VerbUpdate    Verb = "update"
	VerbDelete    Verb = "delete"
	VerbUnchanged Verb = "unchanged"
	VerbBlocked   Verb = "blocked"
	VerbFailed    Verb = "failed"
)

// The kinds of items in a plan.
const (
	KindUser         = "user"
	KindConversation = "conversation"
	KindParticipant  = "participant"
	KindMessage      = "message"
	KindMedia        = "media"
)

// Change is what a plan says of one item. Texts of people stand in it as they
// are: whoever renders it has to escape them.
type Change struct {
	Kind string `json:"kind"`
	Item string `json:"item"` // SID; of a user who has none, the kind and name
	Verb Verb   `json:"verb"`
	// Conversation is whose item it is; empty for users.
	Conversation mapping.ConversationSID `json:"conversation,omitempty"`
	Name         string                  `json:"name,omitempty"` // topic, display name, author, file name
	Reason       string                  `json:"reason,omitempty"`
	Fields       []FieldChange           `json:"fields,omitempty"`
	Losses       []ChangeLoss            `json:"losses,omitempty"`
	Bytes        int64                   `json:"bytes,omitempty"` // of a file

	// Source and Draft are what Twilio has and what ACS is to get; nil unless the
	// item is a message. They are only there while the call lasts.
	Source *mapping.Message      `json:"-"`
	Draft  *mapping.MessageDraft `json:"-"`
	// Thread is what a conversation becomes, with its state in Twilio; nil unless
	// the item is one.
	Thread *PlannedThread `json:"-"`
	// Person is who a user is; the zero key unless the item is one.
	Person mapping.PersonKey `json:"-"`
	// Drafted are all losses that a conversation or a message comes with, those of
	// an earlier run among them. Losses has what this run would add.
	Drafted []mapping.Loss `json:"-"`
}

// PlannedThread is a conversation in a plan.
type PlannedThread struct {
	Conversation mapping.Conversation
	Draft        mapping.ThreadDraft
}

// PlannedConversation is what a plan says of one conversation in all: the sums of
// its report are those of these.
type PlannedConversation struct {
	PlannedThread
	// Before is what the ledger has of it.
	Before mapping.ThreadRecord
	// Creator is who would create the thread, as far as the plan knows who wrote.
	Creator mapping.PersonKey
	Status  mapping.Status // StatusDone, StatusBlocked or StatusFailed
	Reason  string
	Summary Summary
	Losses  map[mapping.LossCode]int
	// Sends counts the messages to be sent, each part of a long one by itself, and
	// Wrote names their authors.
	Sends int64
	Wrote map[mapping.PersonKey]bool
}

// FieldChange is one field of an item that is updated. Old is empty where only
// the destination itself knows it, and a plan has not asked it.
type FieldChange struct {
	Name string `json:"name"`
	Old  string `json:"old,omitempty"`
	New  string `json:"new"`
}

// ChangeLoss is one thing that cannot be carried natively.
type ChangeLoss struct {
	Code   mapping.LossCode `json:"code"`
	Detail string           `json:"detail,omitempty"`
}

func changeLosses(losses []mapping.Loss) []ChangeLoss {
	var out []ChangeLoss
	for _, l := range losses {
		out = append(out, ChangeLoss{l.Code, l.Detail})
	}
	return out
}

// changeStream hands changes on, those of one conversation together, and one
// conversation after the other in the order in which they were begun. It is safe
// for concurrent use.
type changeStream struct {
	tell    func(Change) error              // nil: nobody asks
	planned func(PlannedConversation) error // nil: nobody asks

	mu    sync.Mutex
	moved sync.Cond // on turn
	begun int       // groups
	turn  int       // whose it is
	told  *census   // people; only for the group that has its turn
	err   error     // the first of tell or planned; nothing is told after it
}

func newChangeStream(opts Options) *changeStream {
	s := &changeStream{tell: opts.Changes, planned: opts.Planned, told: newCensus()}
	s.moved.L = &s.mu
	return s
}

// heard reports whether anybody listens.
func (s *changeStream) heard() bool { return s.tell != nil || s.planned != nil }

// group begins the next group. It has to be closed: all that follow wait for it.
func (s *changeStream) group() *changeGroup {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun++
	return &changeGroup{stream: s, number: s.begun - 1, met: make(map[mapping.PersonKey]bool)}
}

// await waits until it is the turn of that group.
func (s *changeStream) await(group int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.turn != group {
		s.moved.Wait()
	}
}

// pass gives the turn to the next group, and returns the error of whoever listens.
func (s *changeStream) pass() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turn++
	s.moved.Broadcast()
	return s.err
}

// groupSize is how many changes of a conversation wait for their turn. A
// conversation with more of them waits until those before it are through.
const groupSize = 64

// changeGroup are the changes of one conversation.
type changeGroup struct {
	stream  *changeStream
	number  int
	met     map[mapping.PersonKey]bool
	waiting []Change
	closed  bool
}

// asked reports whether anybody wants to know.
func (g *changeGroup) asked() bool { return g.stream.tell != nil }

func (g *changeGroup) add(c Change) {
	if !g.asked() {
		return
	}
	g.waiting = append(g.waiting, c)
	if len(g.waiting) >= groupSize {
		g.stream.await(g.number)
		g.flush()
	}
}

// meet reports whether nobody has told of somebody in this group. Whether anybody
// has in an earlier one is known when it is this one's turn.
func (g *changeGroup) meet(who mapping.PersonKey) bool {
	if !g.asked() || g.met[who] {
		return false
	}
	g.met[who] = true
	return true
}

// flush tells what waits; the group has its turn.
func (g *changeGroup) flush() {
	s := g.stream
	for _, c := range g.waiting {
		known := c.Kind == KindUser && !s.told.add(c.Person)
		if s.err == nil && !known {
			s.err = s.tell(c)
		}
	}
	clear(g.waiting)
	g.waiting = g.waiting[:0]
}

// plan tells what the conversation comes to, after its changes.
func (g *changeGroup) plan(c PlannedConversation) {
	s := g.stream
	if s.planned == nil {
		return
	}
	s.await(g.number)
	g.flush()
	if s.err == nil {
		s.err = s.planned(c)
	}
}

// close ends the group and returns the error of whoever listens. A group that was
// closed before stays so.
func (g *changeGroup) close() error {
	if g.closed || !g.stream.heard() {
		return nil
	}
	g.closed = true
	g.stream.await(g.number)
	g.flush()
	return g.stream.pass()
}
