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
}

// PlannedThread is a conversation in a plan.
type PlannedThread struct {
	Conversation mapping.Conversation
	Draft        mapping.ThreadDraft
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

// changeStream hands changes on, those of one conversation together. It is safe
// for concurrent use.
type changeStream struct {
	tell func(Change) error // nil: nobody asks

	mu  sync.Mutex
	err error // the first of tell; nothing is told after it
}

// groupSize is how many changes of a conversation wait for their turn. A
// conversation with more of them keeps the others waiting until it is through.
const groupSize = 64

// changeGroup are the changes of one conversation.
type changeGroup struct {
	stream  *changeStream
	waiting []Change
	turn    bool
}

// asked reports whether anybody wants to know.
func (g *changeGroup) asked() bool { return g.stream.tell != nil }

func (g *changeGroup) add(c Change) {
	if !g.asked() {
		return
	}
	g.waiting = append(g.waiting, c)
	if !g.turn && len(g.waiting) >= groupSize {
		g.stream.mu.Lock()
		g.turn = true
	}
	if g.turn {
		g.flush()
	}
}

// flush tells what waits; the group has its turn.
func (g *changeGroup) flush() {
	for _, c := range g.waiting {
		if g.stream.err == nil {
			g.stream.err = g.stream.tell(c)
		}
	}
	clear(g.waiting)
	g.waiting = g.waiting[:0]
}

// close ends the group and returns the error of whoever listens.
func (g *changeGroup) close() error {
	if !g.asked() {
		return nil
	}
	if !g.turn {
		g.stream.mu.Lock()
	}
	g.turn = false
	g.flush()
	defer g.stream.mu.Unlock()
	return g.stream.err
}
