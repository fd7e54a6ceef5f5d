package migrate

import (
	"cmp"
	"math"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// Order says which conversations are carried first.
type Order string

const (
	// OrderAuto begins with the conversations whose own length sets the end of the
	// run; then come active ones before inactive and closed ones, and of these those
	// that changed last, so that a run that is stopped leaves the least important
	// part undone.
	OrderAuto Order = "auto"
	// OrderImportant is OrderAuto but for the first rule.
	OrderImportant Order = "important"
	// OrderListed is that of Twilio's list.
	OrderListed Order = "listed"
)

// lined is a conversation that waits to be begun.
type lined struct {
	conversation mapping.Conversation
	chain        time.Duration // what its messages still take
	importance   importance
	order        int64 // in the list

	longestPlace, importantPlace int
}

// importance compares conversations when time is short.
type importance struct {
	state   int // the lower the more important
	updated time.Time
}

func importanceOf(c mapping.Conversation) importance {
	i := importance{state: map[string]int{mapping.StateActive: 0, mapping.StateInactive: 1, mapping.StateClosed: 2}[c.State]}
	i.updated, _ = c.DateUpdated.Time() // one that cannot be read counts as long ago
	return i
}

func (i importance) compare(other importance) int {
	return cmp.Or(cmp.Compare(i.state, other.state), other.updated.Compare(i.updated))
}

// line is the conversations that wait to be begun. It decides which one is next,
// knowing nothing of time but what it is told.
type line struct {
	order     Order
	longest   priority[*lined]
	important priority[*lined]
	lengths   [lengthClasses]int // of those that wait, by class of their chain
	arrivals  int64
	end       time.Duration // when the last of those begun will end, as far as is known
}

// Chains are told apart by classes, so many for each doubling.
const (
	classesPerDoubling = 8
	lengthClasses      = 64 * classesPerDoubling
)

// lengthClass is the class of a chain, and leastOf the shortest chain of a class.
func lengthClass(chain time.Duration) int {
	return int(math.Log2(float64(chain+1)) * classesPerDoubling)
}

func leastOf(class int) time.Duration {
	return time.Duration(math.Exp2(float64(class)/classesPerDoubling)) - 1
}

func newLine(order Order) *line {
	return &line{
		order: cmp.Or(order, OrderAuto),
		longest: priority[*lined]{
			less: func(a, b *lined) bool {
				return cmp.Or(cmp.Compare(b.chain, a.chain), cmp.Compare(a.order, b.order)) < 0
			},
			place: func(l *lined) *int { return &l.longestPlace },
		},
		important: priority[*lined]{
			less: func(a, b *lined) bool {
				return cmp.Or(a.importance.compare(b.importance), cmp.Compare(a.order, b.order)) < 0
			},
			place: func(l *lined) *int { return &l.importantPlace },
		},
	}
}

func (q *line) len() int { return q.longest.len() }

// add takes in a conversation of which so many messages are left to send.
func (q *line) add(c mapping.Conversation, left int64) {
	q.arrivals++
	item := &lined{conversation: c, chain: Chain(left), order: q.arrivals}
	if q.order != OrderListed {
		item.importance = importanceOf(c)
	}
	q.lengths[lengthClass(item.chain)]++
	q.longest.push(item)
	q.important.push(item)
}

// take removes the conversation to be begun now, and says how long it may be kept
// waiting later on without setting the end. The line must not be empty.
//
// A conversation sets the end if it would end after everything else when it was
// begun as the last of those that wait. As long as none does, the order among
// them is free.
func (q *line) take(now time.Duration) (c mapping.Conversation, slack time.Duration) {
	longest, next := q.longest.first(), q.important.first()
	backlog := time.Duration(q.len()) * creationEvery()
	end := q.bestEnd(now)
	if q.order == OrderAuto && now+backlog+longest.chain > end {
		next = longest
	}
	q.longest.remove(next)
	q.important.remove(next)
	q.lengths[lengthClass(next.chain)]--
	q.end = max(q.end, now+next.chain)
	return next.conversation, max(0, end-now-next.chain)
}

// bestEnd is when everything would have ended if the longest went first from now
// on: a little early, since it goes by classes of length.
func (q *line) bestEnd(now time.Duration) time.Duration {
	end, before := q.end, 0
	for class := lengthClass(q.longest.first().chain); class >= 0; class-- {
		if n := q.lengths[class]; n > 0 {
			before += n
			end = max(end, now+time.Duration(before)*creationEvery()+leastOf(class))
		}
	}
	return max(end, now+q.longest.first().chain)
}
