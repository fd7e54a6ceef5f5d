package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/mapping"
)

// Estimate is what a run would cost in requests, time and money. It knows the
// published limits of ACS and nothing of the network: a run cannot take less time
// than this, and on a good day takes little more.
type Estimate struct {
	// Requests are the calls to ACS that write something or make somebody able to,
	// by name. Those that only read come on top.
	Requests []Requests `json:"requests"`
	// Seconds is how long the run takes at least, and BoundBy which of the bounds
	// that is; empty when there is nothing to do.
	Seconds int64   `json:"seconds"`
	BoundBy string  `json:"boundBy,omitempty"`
	Bounds  []Bound `json:"bounds"`
	// Longest are the threads that take the most time, at most ten.
	Longest []Thread `json:"longest,omitempty"`
	Cost    Cost     `json:"cost"`
}

// Requests is how many calls of one operation a run makes.
type Requests struct {
	Operation limits.Operation `json:"operation"`
	Count     int64            `json:"count"`
}

// Bound is what one of the published limits means for a run.
type Bound struct {
	Name    string `json:"name"`
	Seconds int64  `json:"seconds"` // that a run takes at least because of it
}

// Thread is one of the longest threads.
type Thread struct {
	SID     mapping.ConversationSID `json:"sid"`
	Topic   string                  `json:"topic"`
	Writes  int64                   `json:"writes"`
	Seconds int64                   `json:"seconds"`
}

// Cost is what ACS charges for a run: for messages sent, and for nothing else
// (learn.microsoft.com, ACS pricing, 2021). Whether edits are charged is not
// published.
type Cost struct {
	Messages int64   `json:"messages"` // sent, parts counted one by one
	Price    float64 `json:"price"`    // of each
	Currency string  `json:"currency"`
	AsOf     string  `json:"asOf"` // when the price was published or given
	Total    float64 `json:"total"`
}

// The price of a message as it was last published, in US dollars. Check the
// pricing page before relying on it.
const (
	DefaultPrice     = 0.0008
	DefaultPriceAsOf = "2021"
)

// maxLongest is how many of the longest threads are named.
const maxLongest = 10

// The names of bounds.
const (
	boundThread   = "messages of the longest thread"
	boundWidth    = "threads in progress at once"
	boundCreator  = "threads created by one person"
	boundCreation = "threads created in all"
	boundAdding   = "members added in all"
	boundIdentity = "identities created"
	boundToken    = "tokens issued"
)

// span is how many seconds n calls of an operation take at least within one
// instance of a scope, since as many as a window takes may come at once.
func span(op limits.Operation, scope limits.Scope, n int64) int64 {
	if n <= 0 {
		return 0
	}
	row := limits.Slowest(op, scope)
	return (n - 1) / int64(row.Count) * int64(row.Window/time.Second)
}

// workload gathers what a run has to do.
type workload struct {
	requests map[limits.Operation]int64
	creators map[mapping.PersonKey]int64 // threads each of them creates
	chains   int64                       // seconds of all threads together
	longest  []Thread
}

func newWorkload() *workload {
	return &workload{requests: make(map[limits.Operation]int64), creators: make(map[mapping.PersonKey]int64)}
}

// thread takes in a row once it is complete.
func (w *workload) thread(r Row) {
	if r.Writes == 0 {
		return
	}
	w.chains += r.Seconds
	w.longest = keepLargest(w.longest, Thread{r.SID, r.Topic, r.Writes, r.Seconds}, maxLongest, func(a, b Thread) int {
		return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), strings.Compare(string(a.SID), string(b.SID)))
	})
}

// estimate sums up. Active is how many threads are in progress at once.
func (w *workload) estimate(active int, price Price) Estimate {
	e := Estimate{Requests: []Requests{}, Longest: w.longest}
	for op, n := range w.requests {
		if n > 0 {
			e.Requests = append(e.Requests, Requests{op, n})
		}
	}
	slices.SortFunc(e.Requests, func(a, b Requests) int { return strings.Compare(string(a.Operation), string(b.Operation)) })
	e.Bounds = w.bounds(active)
	worst := slices.MaxFunc(e.Bounds, func(a, b Bound) int { return cmp.Compare(a.Seconds, b.Seconds) })
	if worst.Seconds > 0 {
		e.Seconds, e.BoundBy = worst.Seconds, worst.Name
	}
	sent := w.requests[limits.SendMessage]
	e.Cost = Cost{Messages: sent, Price: price.Amount, Currency: "USD", AsOf: price.AsOf, Total: float64(sent) * price.Amount}
	return e
}

// bounds are what each limit means for the whole run.
func (w *workload) bounds(active int) []Bound {
	var longest, mostThreads int64
	if len(w.longest) > 0 {
		longest = w.longest[0].Seconds
	}
	for _, n := range w.creators {
		mostThreads = max(mostThreads, n)
	}
	identities := max(
		span(limits.CreateIdentity, limits.PerResource, w.requests[limits.CreateIdentity]),
		span(limits.CreateUserAndToken, limits.PerResource, w.requests[limits.CreateUserAndToken]),
	)
	return []Bound{
		{boundThread, longest},
		{boundWidth, w.chains / int64(active)},
		{boundCreator, span(limits.CreateThread, limits.PerUser, mostThreads)},
		{boundCreation, span(limits.CreateThread, limits.PerResource, w.requests[limits.CreateThread])},
		{boundAdding, span(limits.AddParticipants, limits.PerResource, w.requests[limits.AddParticipants])},
		{boundIdentity, identities},
		{boundToken, span(limits.IssueToken, limits.PerResource, w.requests[limits.IssueToken])},
	}
}
