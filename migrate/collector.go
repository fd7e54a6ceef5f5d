package migrate

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twilio2acs/twilio2acs/mapping"
)

// maxProblems is how many problems a report holds; the rest is counted.
const maxProblems = 100

// collector adds up what conversations report. It is safe for concurrent use.
type collector struct {
	mu       sync.Mutex
	run      mapping.RunRecord
	sum      Summary
	losses   lossTally
	problems []Problem
	more     int
	unused   int64
	doubles  int64
	lag      time.Duration
	broken   bool // something of the source could not be read
	hooked   bool // a webhook or the like has been counted
}

func (c *collector) begin(run mapping.RunRecord, losses []mapping.Loss) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.run = run
	c.losses.add(losses)
}

// conversation takes in what one conversation came to.
func (c *collector) conversation(sum Summary, losses lossTally, problems ...Problem) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sum.add(sum)
	c.losses.merge(losses)
	for _, p := range problems {
		c.problem(p)
	}
}

func (c *collector) problem(p Problem) {
	if len(c.problems) == maxProblems {
		c.more++
		return
	}
	c.problems = append(c.problems, p)
}

// damaged counts an item of the source that could not be read as failed.
func (c *collector) damaged(d *mapping.DamagedError, kind func(*Summary) *Tally) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = true
	t := kind(&c.sum)
	t.Total++
	t.Failed++
	c.problem(Problem{Item: cmp.Or(string(d.Conversation), d.Place), Status: mapping.StatusFailed, Step: "read the source", Reason: d.Error()})
}

// anyDamage reports whether something of the source could not be read.
func (c *collector) anyDamage() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken
}

// departed counts items that are gone at the source.
func (c *collector) departed(kind func(*Summary) *Tally, t Tally) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kind(&c.sum).add(t)
}

// withheld counts items that are gone at the source and stay in ACS, and why.
func (c *collector) withheld(d *departures, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d.kind(&c.sum).add(Tally{Total: d.count, Pending: d.count})
	first := d.items[0].name()
	c.losses.count(mapping.LossDeleteWithheld, int(d.count), first)
	c.problem(Problem{Item: first, Status: mapping.StatusPending, Step: "delete", Reason: why})
}

// hook counts one of the webhooks and the like that are lost. Without any, the
// loss that every report begins with stands for what nobody has found.
func (c *collector) hook(item string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 1
	if !c.hooked {
		n, c.hooked = 0, true
	}
	c.losses.count(mapping.LossPushAndWebhooks, n, item)
}

// lost counts one loss.
func (c *collector) lost(code mapping.LossCode, item string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.losses.count(code, 1, item)
}

// carried notes how long a message or an edit of that time had waited.
func (c *collector) carried(at mapping.Timestamp, previous time.Time) {
	changed, err := at.Time()
	if err != nil || previous.IsZero() {
		return
	}
	if changed.Before(previous) { // dates may be set by whoever writes: it was not there then
		changed = previous
	}
	lag := time.Since(changed)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lag = max(c.lag, lag)
}

// double counts a message that stood in its thread twice.
func (c *collector) double() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doubles++
}

// people sets the users: before and after are what there was and is, needed is
// how many the source was seen to need. With partly set not all of the source
// was looked at, and those who are there already are taken to be needed.
func (c *collector) people(before, after mapping.Counts, needed int64, partly bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := &c.sum.Users
	u.Created = after.Users - before.Users
	if partly {
		needed = max(needed, after.Users)
	}
	u.Unchanged = max(0, min(before.Users, needed-u.Created))
	u.Pending = max(0, needed-u.Created-u.Unchanged)
	u.Total += u.Created + u.Unchanged + u.Pending
	c.unused = after.Unused
}

// finish draws the report up.
func (c *collector) finish() *Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := &Report{Run: c.run.Number, Summary: c.sum, Problems: slices.Clone(c.problems), MoreProblems: c.more, Unused: c.unused, Doubles: c.doubles, Lag: c.lag}
	for code, n := range c.losses.counts {
		info := code.Info()
		r.Losses = append(r.Losses, LossCount{
			Code: code, Severity: info.Severity, Title: info.Title, Remedy: info.Remedy,
			Count: n, Examples: c.losses.examplesOf(code),
		})
	}
	slices.SortFunc(r.Losses, func(a, b LossCount) int {
		return cmp.Or(rank(b.Severity)-rank(a.Severity), strings.Compare(string(a.Code), string(b.Code)))
	})
	slices.SortStableFunc(r.Problems, func(a, b Problem) int { return strings.Compare(a.Item, b.Item) })
	return r
}

func rank(s mapping.Severity) int {
	return slices.Index([]mapping.Severity{mapping.SeverityInfo, mapping.SeverityMinor, mapping.SeverityMajor, mapping.SeverityCritical}, s)
}

func users(s *Summary) *Tally         { return &s.Users }
func conversations(s *Summary) *Tally { return &s.Conversations }
func messages(s *Summary) *Tally      { return &s.Messages }
