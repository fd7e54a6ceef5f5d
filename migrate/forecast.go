package migrate

import (
	"cmp"
	"slices"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// Load is what one conversation asks of ACS.
type Load struct {
	Conversation mapping.Conversation // SID, State and DateUpdated count
	Creator      string               // whose limit the creation of the thread counts against
	Existing     bool                 // the thread exists already
	Writers      int64                // people to be created who write in it
	Readers      int64                // people to be created who do not
	Messages     int64                // sends, each part of a long message by itself
	Additions    int64                // calls that add participants
	Removals     int64                // calls that remove one
	Receipts     int64                // read receipts to be sent
	People       []uint64             // in whose lists of chats the thread will stand

	// apart is how many of the writers get their token by a call of its own, which
	// another limit counts: an engine uses both.
	apart int64
}

// ForecastOptions say under which circumstances a workload is carried. The zero
// value is that of a run with default options.
type ForecastOptions struct {
	ScheduleOptions
	// Active and Order are those of Options.
	Active     int
	Order      Order
	InboxOrder bool
	// Latency is how long every call takes. 0 means 100 ms.
	Latency time.Duration
}

// Forecast tells how a workload would be carried, as the schedule itself has it.
// It knows nothing of the time that reading the source takes.
type Forecast struct {
	Duration time.Duration
	Bound    time.Duration // no program that keeps to the limits needs less, Inbox aside
	Inbox    time.Duration // of Duration, what the order of inboxes costs at the end
	Messages int64
	Calls    map[limits.Operation]int64
	Curve    []CurvePoint   // of the messages sent over time
	Waits    []RowWait      // the row that kept calls waiting longest first
	Last     []ForecastItem // the last threads to end, the last one first
}

// CurvePoint says how many messages had been sent at a moment.
type CurvePoint struct {
	At       time.Duration
	Messages int64
}

// RowWait is what a published row cost in waiting, summed over all calls.
type RowWait struct {
	Row *limits.Row
	Waited
}

// ForecastItem is how one conversation fares in a forecast.
type ForecastItem struct {
	Conversation mapping.ConversationSID
	Messages     int64
	Began, Ended time.Duration
}

// lastItems is how many of the last threads to end a forecast names.
const lastItems = 10

// Predict carries loads on a virtual clock.
func Predict(loads []Load, opts ForecastOptions) Forecast { return predict(loads, opts, nil) }

// predict is Predict; seen, if not nil, is told of every call.
func predict(loads []Load, opts ForecastOptions, seen func(c limits.Call, sent, answered time.Duration)) Forecast {
	s := newSimulation(loads, opts)
	s.seen = seen
	s.run()
	f := s.forecast
	f.Bound = lowerBound(loads)
	if opts.InboxOrder {
		f.Inbox = inboxCost(loads)
		f.Duration += f.Inbox
	}
	for row, w := range s.schedule.Waits() {
		f.Waits = append(f.Waits, RowWait{row, w})
	}
	slices.SortFunc(f.Waits, func(a, b RowWait) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), cmp.Compare(a.Row.Name, b.Row.Name))
	})
	f.Curve = s.curve.points
	return f
}

// inboxCost is how long it takes to send the newest messages one after the other
// in the list of whoever has the most threads.
func inboxCost(loads []Load) time.Duration {
	threads := make(map[uint64]int)
	longest := 0
	for _, l := range loads {
		if l.Existing || l.Messages == 0 || l.Conversation.State == mapping.StateClosed {
			continue
		}
		for _, p := range l.People {
			threads[p]++
			longest = max(longest, threads[p])
		}
	}
	return time.Duration(longest) * time.Second
}

// lowerBound is the largest sum of when a thread can be created at the earliest
// and what its messages then take, were the longest created first.
func lowerBound(loads []Load) (bound time.Duration) {
	chains := make([]time.Duration, 0, len(loads))
	for _, l := range loads {
		if l.Existing {
			bound = max(bound, Chain(l.Messages))
			continue
		}
		chains = append(chains, Chain(l.Messages))
	}
	slices.SortFunc(chains, func(a, b time.Duration) int { return cmp.Compare(b, a) })
	row := limits.Slowest(limits.CreateThread, limits.PerResource)
	for i, c := range chains {
		bound = max(bound, time.Duration(i/row.Count)*row.Window+c)
	}
	return bound
}

// curve notes how many messages were sent when, in a bounded number of points.
type curve struct {
	points []CurvePoint
	step   time.Duration
}

const curvePoints = 120

func (c *curve) add(now time.Duration, messages int64) {
	c.step = cmp.Or(c.step, time.Second)
	if last := len(c.points) - 1; last >= 0 && now < c.points[last].At {
		c.points[last].Messages = messages
		return
	}
	c.points = append(c.points, CurvePoint{now - now%c.step + c.step, messages})
	if len(c.points) < curvePoints {
		return
	}
	kept := c.points[:0]
	for i := 1; i < len(c.points); i += 2 {
		kept = append(kept, c.points[i])
	}
	c.points, c.step = kept, 2*c.step
}
