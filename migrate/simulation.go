package migrate

import (
	"cmp"
	"time"

	"github.com/twilio2acs/twilio2acs/acsdest/limits"
)

// simulation carries loads through a line and a schedule on a virtual clock, as
// an engine would with the real one.
type simulation struct {
	schedule *Schedule
	line     *line
	loads    map[string]*Load // of those in the line, by SID
	active   int              // how many more may be begun
	begins   int              // how many more may be without a thread
	latency  time.Duration

	now      time.Duration
	under    []underWay // in the order of their answers, since all calls take equally long
	answered int        // how many of them have been answered
	curve    curve
	forecast Forecast
	seen     func(c limits.Call, sent, answered time.Duration) // nil, or told of every call
}

// underWay is a call that was let through.
type underWay struct {
	at     time.Duration // when it is answered
	voyage *voyage
}

// voyage is one conversation on its way. Its request is the one call that it
// waits for or that is under way.
type voyage struct {
	Request
	load  *Load
	legs  []leg
	begun bool
	began time.Duration
	next  time.Duration // not before then may the next message be sent
}

// leg is a number of calls of one operation.
type leg struct {
	operation limits.Operation
	left      int64
}

// legsOf are the calls of a load in their order: whoever did not write joins, and
// whoever was there only to write leaves, before the last message.
func legsOf(l *Load) []leg {
	legs := make([]leg, 0, 8)
	add := func(op limits.Operation, n int64) {
		if n > 0 {
			legs = append(legs, leg{op, n})
		}
	}
	add(limits.CreateUserAndToken, l.Writers-l.apart)
	add(limits.CreateIdentity, l.apart)
	add(limits.IssueToken, l.apart)
	if !l.Existing {
		add(limits.CreateThread, 1)
	}
	add(limits.SendMessage, l.Messages-1)
	add(limits.CreateIdentity, l.Readers)
	add(limits.AddParticipants, l.Additions)
	add(limits.RemoveParticipant, l.Removals)
	add(limits.SendMessage, min(l.Messages, 1))
	add(limits.SendReadReceipt, l.Receipts)
	return legs
}

func newSimulation(loads []Load, opts ForecastOptions) *simulation {
	s := &simulation{
		schedule: NewSchedule(opts.ScheduleOptions),
		line:     newLine(opts.Order),
		loads:    make(map[string]*Load, len(loads)),
		active:   cmp.Or(opts.Active, DefaultActive),
		begins:   beginsAtOnce,
		latency:  cmp.Or(opts.Latency, 100*time.Millisecond),
	}
	s.forecast.Calls = make(map[limits.Operation]int64)
	for i := range loads {
		load := loads[i]
		load.apart = (load.Writers + int64(i)%2) / 2
		s.loads[string(load.Conversation.SID)] = &load
		s.line.add(loads[i].Conversation, loads[i].Messages)
	}
	return s
}

func (s *simulation) run() {
	for {
		s.begin()
		again := s.send()
		if s.answered == len(s.under) {
			if again == never {
				return // nothing waits and nothing is under way
			}
			s.now = again
			continue
		}
		s.now = max(s.now, min(again, s.under[s.answered].at))
		s.answer()
	}
}

// begin begins as many conversations as may be.
func (s *simulation) begin() {
	for s.line.len() > 0 && s.active > 0 && s.begins > 0 {
		c, slack := s.line.take(s.now)
		load := s.loads[string(c.SID)]
		delete(s.loads, string(c.SID))
		v := &voyage{load: load, legs: legsOf(load), began: s.now}
		v.Thread, v.User, v.Slack = string(c.SID), load.Creator, slack
		s.active--
		s.begins--
		s.proceed(v)
	}
}

// send lets through what may go now.
func (s *simulation) send() (again time.Duration) {
	for {
		r, again := s.schedule.Next(s.now)
		if r == nil {
			return again
		}
		s.under = append(s.under, underWay{s.now + s.latency, r.voyage})
		s.forecast.Calls[r.Operation]++
		if s.seen != nil {
			s.seen(r.Call, s.now, s.now+s.latency)
		}
	}
}

// answer takes in the answers that have come by now.
func (s *simulation) answer() {
	for s.answered < len(s.under) && s.under[s.answered].at <= s.now {
		v := s.under[s.answered].voyage
		s.answered++
		s.schedule.End(s.now, v.Call, created, 0)
		if v.Operation == limits.SendMessage {
			s.forecast.Messages++
			s.curve.add(s.now, s.forecast.Messages)
			v.next = s.now.Truncate(time.Second) + time.Second + spacing(time.Second)
		}
		s.proceed(v)
	}
	if s.answered > len(s.under)/2 {
		s.under = append(s.under[:0], s.under[s.answered:]...)
		s.answered = 0
	}
}

// proceed asks for the next call of a voyage, or ends it.
func (s *simulation) proceed(v *voyage) {
	for len(v.legs) > 0 && v.legs[0].left == 0 {
		v.legs = v.legs[1:]
	}
	if !v.begun && (len(v.legs) == 0 || v.load.Existing || v.Operation == limits.CreateThread) {
		v.begun = true
		s.begins++
	}
	if len(v.legs) == 0 {
		s.end(v)
		return
	}
	v.legs[0].left--
	v.Operation, v.voyage, v.NotBefore = v.legs[0].operation, v, 0
	if v.Operation == limits.SendMessage {
		v.NotBefore = v.next
	}
	s.schedule.Add(s.now, &v.Request)
}

func (s *simulation) end(v *voyage) {
	s.active++
	s.forecast.Duration = s.now
	last := &s.forecast.Last
	*last = append([]ForecastItem{{v.load.Conversation.SID, v.load.Messages, v.began, s.now}}, *last...)
	*last = (*last)[:min(len(*last), lastItems)]
}
