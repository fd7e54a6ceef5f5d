package migrate_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
	"github.com/twilio2acs/twilio2acs/migrate"
)

// caller makes its calls one after the other.
type caller struct {
	calls   []migrate.Request
	request migrate.Request
	asked   time.Duration
}

// answer is a call under way.
type answer struct {
	at     time.Duration
	caller int
}

// play lets callers loose on a schedule in virtual time. Travel says how long a
// call takes, and how much of it before the service counts it. Seen is told of
// every call: when it was asked for, let through, and counted.
type play struct {
	schedule *migrate.Schedule
	callers  []caller
	travel   func() (there, all time.Duration)
	status   func() int
	seen     func(c limits.Call, asked, sent, counted time.Duration)
}

func (p *play) run(t *testing.T) (end time.Duration) {
	t.Helper()
	var now time.Duration
	var answers []answer // few: a scan finds the next
	byRequest := make(map[*migrate.Request]int)
	ask := func(i int) {
		c := &p.callers[i]
		if len(c.calls) == 0 {
			return
		}
		c.request, c.calls = c.calls[0], c.calls[1:]
		c.asked = max(now, c.request.NotBefore)
		byRequest[&c.request] = i
		p.schedule.Add(now, &c.request)
	}
	for i := range p.callers {
		ask(i)
	}
	for {
		r, again := p.schedule.Next(now)
		if r != nil {
			i := byRequest[r]
			there, all := p.travel()
			p.seen(r.Call, p.callers[i].asked, now, now+there)
			answers = append(answers, answer{now + all, i})
			continue
		}
		first := -1
		for i, a := range answers {
			if first < 0 || a.at < answers[first].at {
				first = i
			}
		}
		switch {
		case first >= 0 && answers[first].at <= again:
			a := answers[first]
			answers[first] = answers[len(answers)-1]
			answers = answers[:len(answers)-1]
			now = a.at
			status := 201
			if p.status != nil {
				status = p.status()
			}
			p.schedule.End(now, p.callers[a.caller].request.Call, status, 0)
			ask(a.caller)
		case again < 1<<62:
			if again <= now {
				t.Fatalf("at %v told to ask again at %v", now, again)
			}
			now = again
		default:
			for i, c := range p.callers {
				if len(c.calls) > 0 {
					t.Fatalf("caller %d is left with %d calls", i, len(c.calls))
				}
			}
			return now
		}
	}
}

// randomCalls are calls of every operation, for few threads and users.
func randomCalls(r *rand.Rand, n int) []migrate.Request {
	var ops []limits.Operation
	for row := range limits.All() {
		ops = append(ops, row.Operations...)
	}
	calls := make([]migrate.Request, n)
	mostly := ops[r.IntN(len(ops))]
	for i := range calls {
		op := mostly
		if r.IntN(4) == 0 {
			op = ops[r.IntN(len(ops))]
		}
		calls[i] = migrate.Request{
			Call:  limits.Call{Operation: op, User: fmt.Sprint("user", r.IntN(3)), Thread: fmt.Sprint("thread", r.IntN(3))},
			Slack: time.Duration(r.Int64N(int64(2 * migrate.MaxSlack))),
		}
	}
	return calls
}

// Whatever is asked for and however long calls travel, the service never counts
// more of them in any window of any row than it allows.
func TestScheduleKeepsEveryWindow(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 7))
		speed, rate := []float64{1, 10}[seed%2], []float64{1, 0.5, 2}[seed%3]
		p := &play{schedule: migrate.NewSchedule(migrate.ScheduleOptions{Speed: speed, Rate: rate})}
		for range 60 {
			p.callers = append(p.callers, caller{calls: randomCalls(r, 50)})
		}
		p.travel = func() (there, all time.Duration) {
			all = time.Duration(r.Int64N(int64(3 * time.Second)))
			return time.Duration(r.Int64N(int64(all + 1))), all
		}
		if seed%4 == 3 {
			p.status = func() int { return []int{201, 201, 201, 429, 503, 0}[r.IntN(6)] }
		}
		var log []admitted
		start := time.Time{}
		p.seen = func(c limits.Call, _, _, counted time.Duration) {
			log = append(log, admitted{c, start.Add(counted)})
		}
		p.run(t)
		if e := exceeded(log, speed, rate); e != "" {
			t.Errorf("seed %d: %s", seed, e)
		}
	}
}

// However little may go, and whatever else is more urgent, everybody's turn comes.
func TestScheduleStarvesNobody(t *testing.T) {
	const callers, each, perSecond = 200, 50, 5
	r := rand.New(rand.NewPCG(1, 2))
	p := &play{
		schedule: migrate.NewSchedule(migrate.ScheduleOptions{MaxRate: perSecond}),
		travel:   func() (there, all time.Duration) { return 0, 10 * time.Millisecond },
	}
	for i := range callers {
		calls := make([]migrate.Request, each)
		slack := time.Duration(r.Int64N(int64(migrate.MaxSlack)))
		for j := range calls {
			calls[j] = migrate.Request{Call: limits.Call{Operation: limits.SendMessage, User: "u", Thread: fmt.Sprint(i)}, Slack: slack}
		}
		p.callers = append(p.callers, caller{calls: calls})
	}
	// Whoever asked up to MaxSlack later may go first, then those who wait already.
	const bound = migrate.MaxSlack + callers*time.Second/perSecond
	p.seen = func(c limits.Call, asked, sent, _ time.Duration) {
		if sent-asked > bound+time.Second {
			t.Errorf("a call for thread %s waited %v, want at most %v", c.Thread, sent-asked, bound)
		}
	}
	end := p.run(t)
	if least := callers * each * time.Second / perSecond; end < least-time.Second || end > least+migrate.MaxSlack {
		t.Errorf("%d calls at %d a second took %v", callers*each, perSecond, end)
	}
}

// Of calls that could go at the same moment the most urgent goes first.
func TestScheduleOrder(t *testing.T) {
	s := migrate.NewSchedule(migrate.ScheduleOptions{MaxRate: 1})
	for i, slack := range []time.Duration{time.Minute, 0, time.Second} {
		s.Add(0, &migrate.Request{Call: limits.Call{Operation: limits.CreateThread, User: fmt.Sprint(i)}, Slack: slack})
	}
	var order string
	for now := time.Duration(0); len(order) < 3; {
		r, again := s.Next(now)
		if r == nil {
			now = again
			continue
		}
		order += r.User
	}
	if order != "120" {
		t.Errorf("order %s, want 120", order)
	}
}

// A call that is taken back leaves its place to the next.
func TestScheduleRemove(t *testing.T) {
	s := migrate.NewSchedule(migrate.ScheduleOptions{})
	requests := make([]migrate.Request, 3)
	for i := range requests {
		requests[i] = migrate.Request{Call: limits.Call{Operation: limits.SendMessage, Thread: "t"}, NotBefore: time.Second}
		s.Add(0, &requests[i])
	}
	s.Remove(&requests[0])
	if r, again := s.Next(0); r != nil || again != time.Second {
		t.Fatalf("let through %v, again at %v; want nothing before the second", r, again)
	}
	if r, _ := s.Next(time.Second); r != &requests[1] {
		t.Errorf("let through %p, want the second call", r)
	}
}

// A ramp falls once for many refusals, says why, and finds its way up again.
func TestSchedulePace(t *testing.T) {
	s := migrate.NewSchedule(migrate.ScheduleOptions{})
	var changes []migrate.PaceChange
	call := func(i int) limits.Call {
		return limits.Call{Operation: limits.SendMessage, Thread: fmt.Sprint(i)}
	}
	now, sent := time.Duration(0), 0
	send := func(status int, until time.Duration) {
		for now < until {
			s.Add(now, &migrate.Request{Call: call(sent)})
			r, again := s.Next(now)
			for r == nil {
				now = again
				r, again = s.Next(now)
			}
			now += time.Millisecond
			if c, changed := s.End(now, r.Call, status, 0); changed {
				changes = append(changes, c)
			}
			sent++
		}
	}
	send(201, 5*time.Second)
	up := changes[len(changes)-1]
	if up.Fell || up.Rate < 500 {
		t.Errorf("after five calm seconds: %+v", up)
	}
	send(503, 5*time.Second+100*time.Millisecond)
	down := changes[len(changes)-1]
	if !down.Fell || down.Rate > up.Rate/2 || down.Reason != "ACS answered 503" {
		t.Errorf("after refusals: %+v, before %+v", down, up)
	}
	send(201, 20*time.Second)
	if again := changes[len(changes)-1]; again.Rate <= down.Rate {
		t.Errorf("it stays down: %+v", again)
	}
}
